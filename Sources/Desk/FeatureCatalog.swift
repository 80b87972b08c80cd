import Domain
import HTTPTypes
import Storage
import Web

/// What a feature declares: its operations, pages, JSON reads, kinds of subject and statements.
package protocol Feature: Sendable {
    /// The feature's name.
    static var name: String { get }
    /// What can be done.
    static var operations: [AnyOperation] { get }
    /// What can be read as JSON.
    static var reads: [APIRead] { get }
    /// The kinds of subject whose facts it records.
    static var subjects: [SubjectType] { get }
    /// Rights beside those of operations: what pages ask for.
    static var rights: [Right] { get }
    /// Its entries of the main navigation.
    static var navigation: [NavigationItem] { get }
    /// Its pages, and whatever does not follow from operations and reads.
    static func routes(_ services: Services) -> [Route]
    /// Every statement, with sample values, to be prepared on both engines.
    static var statements: [SQL] { get }
    /// Its tables with sealed secrets, which are sealed anew when the keys change.
    static var sealed: [SealedTable] { get }
    /// Its tables that name files of the folder of evidence, beside those of evidence itself.
    static var heldFiles: [HeldFiles] { get }
    /// What it adds to the pages of cases.
    static var caseParts: [CasePart] { get }
    /// Its tables that a backup leaves out: what is true for a moment, or is made anew from the others.
    static var passingTables: Set<String> { get }
    /// What sees to it, after a backup was restored, that passing tables are made anew.
    static var afterRestore: [SQL] { get }
    /// Whether its tables that are no projection hold what the facts make: a sentence for each row that does not.
    static var checks: [@Sendable (borrowing Transaction) throws -> [String]] { get }
}

extension Feature {
    package static var operations: [AnyOperation] { [] }
    package static var reads: [APIRead] { [] }
    package static var subjects: [SubjectType] { [] }
    package static var rights: [Right] { [] }
    package static var navigation: [NavigationItem] { [] }
    package static func routes(_ services: Services) -> [Route] { [] }
    package static var statements: [SQL] { [] }
    package static var sealed: [SealedTable] { [] }
    package static var heldFiles: [HeldFiles] { [] }
    package static var caseParts: [CasePart] { [] }
    package static var passingTables: Set<String> { [] }
    package static var afterRestore: [SQL] { [] }
    /// None, unless a feature keeps such tables.
    package static var checks: [@Sendable (borrowing Transaction) throws -> [String]] { [] }
}

/// Tables that name files of the folder of evidence: what they name is in backups, and is not swept.
package struct HeldFiles: Sendable {
    /// Which of these digests they name.
    package var used: @Sendable ([String]) -> SQL
    /// Each file that they name, with its size.
    package var kept: @Sendable () -> SQL

    /// Tables with these statements.
    package init(used: @escaping @Sendable ([String]) -> SQL, kept: @escaping @Sendable () -> SQL) {
        (self.used, self.kept) = (used, kept)
    }
}

/// The one list of features.
///
/// Its order is the order of the navigation.
package struct FeatureCatalog: Sendable {
    /// The features.
    package let features: [any Feature.Type] = [
        HomeFeature.self, CasesFeature.self, InvestigationFeature.self, RelationsFeature.self,
        AttentionFeature.self,
        BoardFeature.self,
        CoordinationFeature.self, OutwardFeature.self, HandoffFeature.self,
        QualityFeature.self, SurveysFeature.self, NoticesFeature.self, DefectsFeature.self,
        MacrosFeature.self, FormsFeature.self, PortalFeature.self, CustomersFeature.self, PeopleFeature.self,
        EvidenceFeature.self, AnalysisFeature.self, LogsFeature.self, PolicyFeature.self, RoutingFeature.self,
        AlertsFeature.self, MailFeature.self,
        ImportFeature.self,
        PlatformFeature.self, BackupFeature.self,
        PresenceFeature.self, PaletteFeature.self, SearchFeature.self, ViewsFeature.self,
        BulkFeature.self, RetentionFeature.self, ServiceLevelsFeature.self, ServicesFeature.self,
        FixWatchFeature.self, HuddlesFeature.self,
        NotificationsFeature.self,
    ]

    /// A catalogue of all features.
    package init() {}

    /// All operations, by name.
    package var operations: [AnyOperation] { Self.operations }

    /// The operation of a name.
    package func operation(_ name: String) -> AnyOperation? { Self.operationsByName[name] }

    /// Put together once, since many pages ask what can be done.
    private static let operations =
        (FeatureCatalog().features.flatMap { $0.operations } + [UndoOperation.operation])
        .sorted { $0.name < $1.name }
    private static let operationsByName = Dictionary(operations.map { ($0.name, $0) }) { first, _ in first }

    /// All JSON reads.
    package var reads: [APIRead] { features.flatMap { $0.reads } }

    /// All kinds of subject.
    package var subjects: [SubjectType] { features.flatMap { $0.subjects } }

    /// All rights that a role may be given.
    package var rights: Set<Right> { Set(operations.map(\.right) + features.flatMap { $0.rights }) }

    /// All tables with sealed secrets.
    package var sealed: [SealedTable] { features.flatMap { $0.sealed } }

    /// All tables that name files of the folder of evidence, beside those of evidence itself.
    package var heldFiles: [HeldFiles] { features.flatMap { $0.heldFiles } }

    /// What all features add to the pages of cases, in the order in which it stands there.
    package var caseParts: [CasePart] { Self.caseParts }

    /// Put together once, since every page of a case asks for them.
    private static let caseParts = FeatureCatalog().features.flatMap { $0.caseParts }
        .sorted { $0.order < $1.order }

    /// The tables that a backup leaves out; the steps of the schema and the counters stand in its manifest.
    package var passingTables: Set<String> {
        features.reduce(into: ["schema_version", "number_counter", "lease", SuspendedIndexes.table]) {
            $0.formUnion($1.passingTables)
        }
    }

    /// What all features run after a backup was restored.
    package var afterRestore: [SQL] { features.flatMap { $0.afterRestore } }

    /// The main navigation.
    package var navigation: [NavigationItem] { features.flatMap { $0.navigation } }

    /// Every statement, with sample values.
    package var statements: [SQL] {
        JournalStore.samples + LeaseStore.samples + SchemaVersionStore.samples + EntryStore.samples
            + OutboxStore.samples + DraftStore.samples + UndoStore.samples + DemoStore.samples
            + features.flatMap { $0.statements }
    }

    /// Every route, in the order of path and method.
    package func routes(_ services: Services) -> [Route] {
        let routes =
            Assets.routes + features.flatMap { $0.routes(services) }
            + operations.flatMap { OperationRoutes.routes(for: $0, services) }
            + reads.map { $0.route(services) }
        return routes.sorted { ($0.path, $0.method.rawValue) < ($1.path, $1.method.rawValue) }
    }
}
