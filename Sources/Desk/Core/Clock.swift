import Domain
import Glibc

extension Timestamp {
    /// The machine's time.
    ///
    /// Only the composition root reads it; everything else is given a clock.
    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
