import Domain

/// One value of each kind of fact about evidence, some with everything and some with nothing.
let evidenceSamples: [any Fact] = {
    let until = Timestamp(microseconds: 1_772_442_000_000_000)
    let ofCase: [CaseEvidenceFact] = [
        .attached(
            .init(evidence: "E1", name: "a.log", type: "log_extract", size: 5_000_000_000, item: "R1.1")),
        .attached(.init(evidence: "E1", name: nil, type: "other", size: 0)),
        .given(.init(evidence: "E2", name: "b.png", type: "screenshot", size: 1)),
        .removed(evidence: "E1", reason: "r"), .hidden(evidence: "E1"),
        .shown(.init(evidence: "E1", name: "a.log", type: "log_extract", size: 5, item: "R1.1")),
        .shown(.init(evidence: "E1", name: nil, type: "other", size: 0)),
        .requested(.init(request: "R1", reason: "r", items: ["a", "b"], script: "s", until: until)),
        .requested(.init(request: "R2", reason: "r", items: [], script: nil, until: until)),
        .reminded(request: "R1"), .withdrawn(request: "R1", reason: "r"),
        .settled(item: "R1.1", as: .impossible, note: "n"), .settled(item: "R1.1", as: .open, note: nil),
        .expectation(type: "trace", impossible: "r"), .expectation(type: "trace", impossible: nil),
        .shared(
            .init(share: "S1", evidence: "E1", purpose: "p", until: until, limit: 3, hasPasscode: true)),
        .shared(
            .init(share: "S1", evidence: "E1", purpose: "p", until: until, limit: nil, hasPasscode: false)),
        .unshared(share: "S1", reason: "r"), .unshared(share: "S1", reason: nil),
    ]
    let full = EvidenceFact.Adding(
        caseID: "c", organisation: "o", number: 3, name: "n", givenName: "../n", hash: "00ff",
        size: 5_000_000_000, mediaType: "text/plain", isFromCustomer: true, item: "R1.1",
        details: Dictionary(uniqueKeysWithValues: EvidenceField.allCases.map { ($0, $0.rawValue) }))
    let bare = EvidenceFact.Adding(
        caseID: "c", organisation: nil, number: 1, name: "n", givenName: nil, hash: "00", size: 0,
        mediaType: "text/plain", isFromCustomer: false, item: nil, details: [:])
    let ofEvidence: [EvidenceFact] = [
        .added(full), .added(bare), .described([.type: "trace", .environment: nil]), .removed(reason: "r"),
        .read(way: "preview", reason: nil, share: nil, visitor: nil),
        .read(way: "share", reason: "r", share: "S1", visitor: "v"),
    ]
    return ofCase.map { CaseFact.evidence($0) } + ofEvidence
}()
