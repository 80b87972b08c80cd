import Domain
import Storage
import Web

/// The words of cases and their index: what lists and searches of cases ask.
enum SearchFeature: Feature {
    static let name = "search"
    static let statements = WordsQueries.samples
    /// The server makes the words and their index anew from facts and files.
    static let passingTables: Set<String> = [
        "search_entry", "search_pending", "search_skipped", "search_state", "search_term",
    ]
    static let afterRestore = [WordsQueries.fillFromStart(), WordsQueries.awaitAllFiles()]
}
