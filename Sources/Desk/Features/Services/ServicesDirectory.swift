import Domain
import Storage

/// Works out how much of the error budgets of services is left, for this feature and others.
enum ServicesDirectory {
    /// A service with its budget at a moment.
    struct Standing: Sendable {
        var service: Policy.Service
        var budget: ErrorBudget
        /// What spent it, the latest first.
        var bad: [ErrorBudget.BadTime]
    }

    /// So many cases and outages of one window are read.
    static let most = 2000

    /// How the services with an objective stand at a moment.
    ///
    /// Only cases count that the reader may know of.
    /// - Parameter wanted: some of them; nil for all of policy.
    static func standing(
        _ wanted: [Policy.Service]? = nil, for actor: Actor, policy: Policy, at now: Timestamp,
        in tx: borrowing Transaction
    ) throws -> [Standing] {
        let services = (wanted ?? policy.services).filter { $0.objective != nil }
        let days = services.compactMap(\.objective?.days).max() ?? 0
        guard days > 0 else { return [] }
        let window = now.adding(seconds: -Int64(days) * 86_400)..<now
        let outages = try tx.all(
            ServicesQueries.outages(of: services.map(\.id), in: window, limit: most), ServicesQueries.read)
        let cases = try CaseDirectory.affecting(
            components: services.reduce(into: []) { $0.formUnion($1.components) },
            severities: services.reduce(into: []) { $0.formUnion($1.severities) }, in: window, for: actor,
            limit: most, in: tx)
        return services.compactMap { service in
            guard let objective = service.objective else { return nil }
            let bad =
                cases.filter { service.counts(component: $0.component, severity: $0.severity) }.map(
                    ErrorBudget.BadTime.init)
                + outages.filter { $0.report.service == service.id }.map(ErrorBudget.BadTime.init)
            return Standing(
                service: service, budget: ErrorBudget(objective, bad, at: now),
                bad: bad.sorted { $0.from > $1.from })
        }
    }

    /// A recorded outage; refused where there is none.
    static func outage(_ id: String, in tx: borrowing Transaction) throws -> Outage {
        guard let found = try tx.first(ServicesQueries.outage(id), ServicesQueries.read) else {
            throw Refusal.notFound("outage")
        }
        return found
    }
}

extension Policy.Service {
    /// Whether a case of a component and a severity says that the service is unwell.
    func counts(component: String?, severity: String) -> Bool {
        severities.contains(severity) && (component.map(components.contains) ?? false)
    }
}

extension ErrorBudget.BadTime {
    fileprivate init(_ felt: CaseDirectory.FeltCase) {
        self.init(from: felt.from, until: felt.until, source: .ofCase(felt.number), words: felt.subject)
    }

    init(_ outage: Outage) {
        self.init(
            from: outage.report.from, until: outage.report.until, source: .recorded(outage.id.raw),
            words: [outage.report.source, outage.report.note].compactMap { $0 }.joined(separator: ": "))
    }
}
