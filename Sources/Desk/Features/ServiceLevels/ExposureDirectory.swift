import Domain
import Storage
import Web

/// What missed promises may cost, by customer and month.
enum ExposureDirectory {
    /// Which months and customers are asked for.
    struct Query: Sendable {
        /// From the first of a month to the first of another one.
        var period: Range<Timestamp>
        /// One customer; nil for all with credits in their contract.
        var account: String?

        /// Reads what an address asks for; refused where it names what there is not.
        ///
        /// Without months it is the one in which `now` lies.
        init(_ request: WebRequest, now: Timestamp) throws(Refusal) {
            let first = try Self.month(request.query("from"), "from") ?? Month.start(Month.of(now)) ?? now
            let last =
                try Self.month(request.query("to"), "to") ?? max(first, Month.start(Month.of(now)) ?? now)
            guard first <= last else {
                throw Refusal(field: "from", "not_before", "The first month must not be after the last one.")
            }
            period = first..<Month.after(last)
            guard Month.months(in: period).count <= 24 else {
                throw Refusal(field: "from", "too_long", "At most two years are counted at once.")
            }
            account = request.query("account").flatMap { $0.isEmpty ? nil : $0 }
        }

        private static func month(_ text: String?, _ field: String) throws(Refusal) -> Timestamp? {
            guard let text, !text.isEmpty else { return nil }
            guard let start = Month.start(text) else {
                throw Refusal(field: field, "not_a_month", "“\(text)” is no month. Write 2026-02.")
            }
            return start
        }

        /// The address of the same.
        var address: String {
            let last = period.upperBound.adding(seconds: -1)
            let one = account.map { "&account=\(percentEncoded($0))" } ?? ""
            return "from=\(Month.of(period.lowerBound))&to=\(Month.of(last))\(one)"
        }
    }

    /// What one customer's contract may cost.
    struct Account: Sendable {
        var organisation: Organisation
        var exposure: Exposure
        /// Whether there were more misses than are read.
        var isCut: Bool
    }

    /// So many misses of a customer are read.
    static let most = 5000

    /// The customers with what their missed promises may cost, the dearest first.
    ///
    /// Only cases count that the reader may know of.
    static func accounts(
        _ asked: Query, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> [Account] {
        let found =
            try asked.account.map { [try CustomerDirectory.find($0, seenBy: actor, in: tx)] }
            ?? CustomerDirectory.withCredits(in: tx)
        return try found.map { try account($0, asked, for: actor, policy: policy, in: tx) }.sorted {
            ($1.exposure.totals.first?.counted ?? 0, $0.organisation.name)
                < ($0.exposure.totals.first?.counted ?? 0, $1.organisation.name)
        }
    }

    private static func account(
        _ organisation: Organisation, _ asked: Query, for actor: Actor, policy: Policy,
        in tx: borrowing Transaction
    ) throws -> Account {
        let amendments = organisation.record.amendments
        // Caps fill from the beginning of their periods, whichever months are shown.
        let start =
            amendments.compactMap { $0.terms.credits?.period.start(of: asked.period.lowerBound) }.min()
            ?? asked.period.lowerBound
        var query = AttainmentQuery(period: start..<asked.period.upperBound)
        (query.account, query.isKept) = (organisation.id.raw, false)
        query.clocks = CaseClock.allCases.filter(\.isPromise)
        let rows = try AttainmentDirectory.rows(query, for: actor, policy: policy, limit: most, in: tx)
        let misses = rows.map {
            Exposure.Miss(
                caseNumber: $0.this.number, clock: $0.outcome.clock, severity: $0.outcome.severity,
                at: $0.outcome.decidedAt)
        }
        return Account(
            organisation: organisation, exposure: Exposure(misses, by: amendments, shown: asked.period),
            isCut: rows.count == most)
    }
}
