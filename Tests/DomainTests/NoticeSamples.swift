import Domain

extension FactGoldenTests {
    /// One value a kind of the facts of notices.
    static let noticeSamples: [any Fact] = {
        let due = Timestamp(microseconds: 1_772_614_800_000_000)
        let facts: [NoticeFact] = [
            .owed(
                .init(notice: "N1", kind: "authority", dueAt: due, owner: "p1", note: "Names of 1,200 people")
            ),
            .owed(.init(notice: "N2", kind: "controller", dueAt: due, owner: "p2")),
            .reassigned(notice: "N1", owner: "p2"),
            .given(
                .init(
                    notice: "N1", recipient: "Authority", proof: "Reference 17-4711", evidence: ["E3", "#12"])
            ),
            .given(.init(notice: "N2", recipient: "Customer", proof: "Letter")),
            .waived(notice: "N2", reason: "No personal data was in it"),
        ]
        return facts.map { CaseFact.notice($0) }
    }()
}
