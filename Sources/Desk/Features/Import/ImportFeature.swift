import Domain
import Storage
import Web

/// Takes cases over from files of other systems; run from the command line.
enum ImportFeature: Feature {
    static let name = "import"
    static let statements = ImportQueries.samples
}
