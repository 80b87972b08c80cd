import Domain
import Storage
import Web

enum CasesFeature: Feature {
    static let name = "cases"
}
