import Domain
import HTTPTypes
import Storage
import Web

/// Evidence: what was found, asked for, given and shared in a case, kept as it came.
enum EvidenceFeature: Feature {
    static let name = "evidence"
    /// Files that are still on their way are in no backup, so nobody can go on with them after it.
    static let passingTables: Set<String> = ["evidence_upload"]
    static let reads = EvidenceJSON.reads + [EvidenceRetentionPages.read]
    static let subjects = [EvidenceQueries.subject]
    static let statements = EvidenceQueries.samples
    static let rights: [Right] = [
        AddEvidence.right, GiveEvidence.right, Evidence.restrictedRight, "evidence.audit",
    ]
    static let caseParts = [EvidenceCasePages.part]
    static func routes(_ services: Services) -> [Route] {
        EvidencePages.routes(services) + EvidenceUploadPages.routes(services)
            + EvidenceRetentionPages.routes(services) + ResumableUploadPages.routes(services)
            + EvidenceLinkPages.routes(services)
    }
}
