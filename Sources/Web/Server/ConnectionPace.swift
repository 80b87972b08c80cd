/// Whether the other end of a connection keeps up: it asks, sends and reads fast enough, or is cut off.
///
/// A value without a clock: whoever holds it says what happened and when, and looks now and then. Times are durations
/// since any fixed moment.
package struct ConnectionPace: Sendable {
    /// How long others may take.
    package struct Limits: Equatable, Sendable {
        /// How long a connection may stand without a whole head of a request.
        package var idle: Duration
        /// How long a body, or an answer that is being read, may go on below `leastRate`.
        package var stall: Duration

        /// Limits with both parts.
        package init(idle: Duration = .seconds(60), stall: Duration = .seconds(30)) {
            (self.idle, self.stall) = (idle, stall)
        }

        /// How often to look: a late look only lets somebody stay a little longer.
        package var interval: Duration { min(idle, stall) / 4 }
    }

    /// Bytes a second, on average over a stall time.
    ///
    /// A modem of 1990 is three times as fast; somebody who sends a byte a second holds a connection for ever.
    package static let leastRate = 500

    /// What is to be done with a connection.
    package enum Verdict: Equatable, Sendable {
        /// Nothing.
        case goOn
        /// It is to be closed: nobody asks for anything, or the head of a request does not end.
        case idle
        /// The body of a request comes too slowly, or not at all.
        case slowSender
        /// The answer is not read, or too slowly.
        case slowReader
        /// The answer was given, and the rest of the request, which nobody wants, does not end.
        case notListening
    }

    private let limits: Limits
    private var unanswered = 0
    private var isReadingBody = false
    private var restedSince: Duration
    private var received = Window()
    private var sent = Window()

    /// Bytes since a moment.
    private struct Window {
        var began: Duration?
        var bytes = 0
    }

    /// A connection that began at a moment.
    package init(_ limits: Limits, at now: Duration) {
        (self.limits, restedSince) = (limits, now)
    }

    /// Whether every request that came was answered.
    package var isAnswered: Bool { unanswered == 0 }

    /// Whether the body of a request has not ended.
    package var isInBody: Bool { isReadingBody }

    /// The head of a request came.
    package mutating func receivedHead(at now: Duration) {
        unanswered += 1
        isReadingBody = true
        received = Window(began: now)
    }

    /// Bytes of a body came.
    package mutating func receivedBody(_ bytes: Int) { received.bytes += bytes }

    /// The request came to its end.
    package mutating func receivedEnd(at now: Duration) {
        isReadingBody = false
        restedSince = now
    }

    /// Bytes of an answer are to be sent.
    package mutating func send(_ bytes: Int) { sent.bytes += bytes }

    /// An answer was given to its end.
    package mutating func answered(at now: Duration) {
        unanswered -= 1
        restedSince = now
    }

    /// What is to be done now.
    /// - Parameters:
    ///   - isAsking: whether this end waits for bytes; where it does not, nobody else is slow.
    ///   - waiting: bytes of answers that the other end has not taken.
    package mutating func look(at now: Duration, isAsking: Bool, waiting: Int) -> Verdict {
        if unanswered == 0 {
            if isReadingBody { return now - restedSince >= limits.stall ? .notListening : .goOn }
            return waiting == 0 && now - restedSince >= limits.idle ? .idle : reading(now, waiting)
        }
        if isReadingBody {
            guard isAsking else {
                received = Window(began: now)
                return reading(now, waiting)
            }
            if isSlow(&received, now) { return .slowSender }
        }
        return reading(now, waiting)
    }

    /// Whether answers are read: all that was sent but `waiting` has been taken.
    private mutating func reading(_ now: Duration, _ waiting: Int) -> Verdict {
        guard waiting > 0, sent.began != nil else {
            sent = Window(began: waiting > 0 ? now : nil, bytes: waiting)
            return .goOn
        }
        var taken = Window(began: sent.began, bytes: max(0, sent.bytes - waiting))
        if isSlow(&taken, now) { return .slowReader }
        if taken.began != sent.began { sent = Window(began: taken.began, bytes: waiting) }
        return .goOn
    }

    /// Whether too little came since the window began; a window that is over and had enough begins anew.
    private func isSlow(_ window: inout Window, _ now: Duration) -> Bool {
        guard let began = window.began, now - began >= limits.stall else { return false }
        let least = Double(Self.leastRate) * (limits.stall / .seconds(1))
        guard Double(window.bytes) < least else {
            window = Window(began: now)
            return false
        }
        return true
    }
}
