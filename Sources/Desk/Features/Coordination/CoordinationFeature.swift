import Domain
import HTTPTypes
import Storage
import Web

/// Coordination: who does what next, who helps, what blocks a case, what was promised.
enum CoordinationFeature: Feature {
    static let name = "coordination"
    static let rights: [Right] = [
        "case.coordinate", "case.recommend_severity", "case.confirm_severity", "case.watch",
        "case.view_times", "macro.view", "macro.edit",
    ]
}
