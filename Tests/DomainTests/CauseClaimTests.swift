import Domain
import Testing

@Suite("Causes stated as facts")
struct CauseClaimTests {
    private let phrases = ["caused by", "the cause is"]
    private let hedges = ["suspect", "may", "not"]

    @Test(
        "A sentence that states a cause is found, whatever its letters and line",
        arguments: [
            "This is caused by a proxy.", "Known. THE CAUSE IS the proxy", "We see it:\ncaused  by the proxy",
        ])
    func claims(_ text: String) {
        #expect(CauseClaim.found(in: text, phrases: phrases, hedges: hedges) != nil)
    }

    @Test(
        "A hedge beside it makes it a suspicion; a hedge in another sentence does not count",
        arguments: [
            ("We suspect it is caused by a proxy.", true), ("The cause is not known yet.", true),
            ("We suspect nothing. It is caused by a proxy.", false), ("A causeway may be closed.", true),
        ])
    func hedged(_ text: String, _ isFine: Bool) {
        #expect((CauseClaim.found(in: text, phrases: phrases, hedges: hedges) == nil) == isFine)
    }

    @Test("Without phrases nothing is held back, and a long text is read whole")
    func limits() {
        #expect(CauseClaim.found(in: "It is caused by a proxy.", phrases: [], hedges: []) == nil)
        let long = String(repeating: "word ", count: 100_000) + "caused by it"
        #expect(CauseClaim.found(in: long, phrases: phrases, hedges: hedges) == "caused by")
    }
}
