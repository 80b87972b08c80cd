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

    /// The full hour before the machine's time: when a simulated organisation ends unless somebody says otherwise.
    package static var presentHour: Timestamp {
        let hour: Int64 = 3_600_000_000
        return Timestamp(microseconds: now.microseconds / hour * hour)
    }
}
