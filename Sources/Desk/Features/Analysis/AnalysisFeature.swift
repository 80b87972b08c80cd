import Domain
import Storage
import Web

/// What logs say: evidence is analysed beside the work, findings stand on it and on the case, what is private is
/// taken out, and cases whose logs have something in common find each other.
enum AnalysisFeature: Feature {
    static let name = "analysis"
    /// All of it follows from the bytes, save the keys of redaction.
    static let passingTables: Set<String> = [
        "evidence_analysis", "evidence_mark", "evidence_copy", "evidence_comparison", "evidence_code",
    ]
    static let afterRestore = [AnalysisQueries.askForAll()]
    static let reads = AnalysisJSON.reads + AnalysisComparisonJSON.reads + AnalysisCodeJSON.reads
    static let statements =
        AnalysisQueries.samples + AnalysisComparisonQueries.samples + AnalysisCodeQueries.samples
    static let sealed = [AnalysisQueries.sealed]
    static let heldFiles = [
        HeldFiles(used: AnalysisQueries.usedCopies(hashes:), kept: AnalysisQueries.keptCopies)
    ]
    static let caseParts = [AnalysisCasePages.part]
    static let navigation = [
        NavigationItem(
            path: "/error-codes", title: "Error codes", icon: "doc", access: .right("case.view"),
            group: .reference)
    ]
    static func routes(_ services: Services) -> [Route] {
        AnalysisPages.routes(services) + AnalysisComparisonPages.routes(services)
            + AnalysisCodePages.routes(services)
    }
}
