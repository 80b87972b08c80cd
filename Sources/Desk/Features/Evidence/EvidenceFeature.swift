import Domain
import HTTPTypes
import Storage
import Web

/// Evidence: what was found, asked for, given and shared in a case, kept as it came.
enum EvidenceFeature: Feature {
    static let name = "evidence"
    static let reads = EvidenceJSON.reads
    static let subjects = [EvidenceQueries.subject]
    static let statements = EvidenceQueries.samples
    static let rights: [Right] = [
        AddEvidence.right, GiveEvidence.right, Evidence.restrictedRight, "evidence.audit",
    ]
    static let caseParts = [EvidenceCasePages.part]

    static func routes(_ services: Services) -> [Route] {
        EvidencePages.routes(services) + EvidenceUploadPages.routes(services)
            + ResumableUploadPages.routes(services) + EvidenceLinkPages.routes(services)
    }
}
