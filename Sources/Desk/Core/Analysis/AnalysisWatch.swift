import Synchronization

/// What long work on a file tells whoever waits for it, and is told by them: how far it is, and whether to stop.
final class AnalysisWatch: Sendable {
    /// The work was stopped by whoever waits for it.
    struct Stopped: Error {}

    private let state = Mutex((done: Int64(0), isStopped: false))
    /// Work of which this is a part, and how far that was when the part began.
    private let (whole, start): (AnalysisWatch?, Int64)

    /// A watch over work, or over a part of other work.
    init(following whole: AnalysisWatch? = nil, from start: Int64 = 0) {
        (self.whole, self.start) = (whole, start)
    }

    /// How many bytes of the file were read.
    var done: Int64 { state.withLock { $0.done } }

    /// Stops the work at the next look.
    func stop() { state.withLock { $0.isStopped = true } }

    /// Notes how far the work is.
    /// - Throws: `Stopped` where it is to stop.
    func reach(_ done: Int64) throws {
        let isStopped = state.withLock { state in
            state.done = max(state.done, done)
            return state.isStopped
        }
        try whole?.reach(start + done)
        if isStopped { throw Stopped() }
    }
}
