import Domain
import Storage

extension RoutingDirectory {
    /// So many resolved cases are learned from, the latest.
    private static let mostExamples = 2000

    /// What history teaches about where cases belong; nil where policy does not ask for it.
    static func model(
        policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> RoutingModel? {
        guard let terms = policy.routing.learned else { return nil }
        let from = now.adding(seconds: -Int64(terms.days) * 86_400)
        let cases = try CaseDirectory.resolved(in: from..<now, for: .system, limit: mostExamples, in: tx)
            .filter { $0.restriction == nil }
        var examples: [RoutingModel.Example] = []
        for start in stride(from: 0, to: cases.count, by: 500) {
            let some = cases[start..<min(start + 500, cases.count)]
            let routes = try routes(of: some.map(\.id), in: tx)
            for this in some {
                // Where nobody judged yet teaches nothing; nor does a queue that is no more.
                guard let queue = routes[this.id]?.queue, queue != terms.triage,
                    policy.routing.queue(queue) != nil
                else { continue }
                examples.append(.init(RoutedCase(this, account: nil), queue: queue))
            }
        }
        return RoutingModel(examples.reversed(), terms: terms)
    }
}
