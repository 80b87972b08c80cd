import Testing

@testable import Web

/// Whoever does not keep up is cut off, and nobody else, on a clock that the test moves.
struct ConnectionPaceTests {
    private let limits = ConnectionPace.Limits(idle: .seconds(60), stall: .seconds(30))
    private func begun() -> ConnectionPace { ConnectionPace(limits, at: .zero) }

    private func look(
        _ pace: inout ConnectionPace, _ seconds: Int, isAsking: Bool = true, waiting: Int = 0
    ) -> ConnectionPace.Verdict {
        pace.look(at: .seconds(seconds), isAsking: isAsking, waiting: waiting)
    }

    @Test("A connection on which nobody asks for anything is closed after the idle time")
    func idle() {
        var pace = begun()
        #expect(look(&pace, 59) == .goOn)
        #expect(look(&pace, 60) == .idle)
    }

    @Test("After an answer the idle time begins anew")
    func keptAlive() {
        var pace = begun()
        pace.receivedHead(at: .seconds(50))
        pace.receivedEnd(at: .seconds(50))
        pace.answered(at: .seconds(55))
        #expect(look(&pace, 114) == .goOn)
        #expect(look(&pace, 115) == .idle)
    }

    @Test("A request that is being answered waits for as long as it takes")
    func slowAnswer() {
        var pace = begun()
        pace.receivedHead(at: .zero)
        pace.receivedEnd(at: .zero)
        #expect(look(&pace, 100_000) == .goOn)
    }

    @Test("A body that comes a byte at a time is cut off after the stall time")
    func slowBody() {
        var pace = begun()
        pace.receivedHead(at: .zero)
        for second in 0..<30 {
            pace.receivedBody(1)
            #expect(look(&pace, second) == .goOn)
        }
        #expect(look(&pace, 30) == .slowSender)
    }

    @Test("A body at the least rate goes on for ever")
    func leastRate() {
        var pace = begun()
        pace.receivedHead(at: .zero)
        for second in 1...3600 {
            pace.receivedBody(ConnectionPace.leastRate)
            #expect(look(&pace, second) == .goOn)
        }
    }

    @Test("A body that was quick and then stops is cut off")
    func stopping() {
        var pace = begun()
        pace.receivedHead(at: .zero)
        pace.receivedBody(10_000_000)
        #expect(look(&pace, 30) == .goOn)
        #expect(look(&pace, 59) == .goOn)
        #expect(look(&pace, 60) == .slowSender)
    }

    @Test("Where this end does not take bytes, nobody else is slow")
    func backPressure() {
        var pace = begun()
        pace.receivedHead(at: .zero)
        for second in 0..<300 { #expect(look(&pace, second, isAsking: false) == .goOn) }
        #expect(look(&pace, 320) == .goOn)
        #expect(look(&pace, 330) == .slowSender)
    }

    @Test("An answer that nobody reads is cut off after the stall time")
    func unread() {
        var pace = begun()
        pace.receivedHead(at: .zero)
        pace.receivedEnd(at: .zero)
        pace.send(100_000)
        #expect(look(&pace, 10, waiting: 100_000) == .goOn)
        #expect(look(&pace, 39, waiting: 99_000) == .goOn)
        #expect(look(&pace, 40, waiting: 99_000) == .slowReader)
    }

    @Test("An answer that is read slowly, and fast enough, goes on")
    func readSlowly() {
        var pace = begun()
        pace.receivedHead(at: .zero)
        pace.receivedEnd(at: .zero)
        pace.send(10_000_000)
        var waiting = 10_000_000
        for second in 1...600 {
            waiting -= 600
            #expect(look(&pace, second, waiting: waiting) == .goOn)
        }
    }

    @Test("A stream whose reader has taken everything goes on, however rarely something is sent")
    func events() {
        var pace = begun()
        pace.receivedHead(at: .zero)
        pace.receivedEnd(at: .zero)
        for minute in 1...600 {
            pace.send(13)
            #expect(look(&pace, minute * 60, waiting: 0) == .goOn)
        }
        pace.send(13)
        #expect(look(&pace, 40_000, waiting: 13) == .goOn)
        #expect(look(&pace, 40_030, waiting: 13) == .slowReader)
    }

    @Test("The rest of a request that was answered already may come for the stall time, and no longer")
    func unwanted() {
        var pace = begun()
        pace.receivedHead(at: .zero)
        pace.answered(at: .seconds(1))
        pace.receivedBody(1_000_000_000)
        #expect(look(&pace, 30) == .goOn)
        #expect(look(&pace, 31) == .notListening)
    }
}
