/// A date, a time of day, both, or a count since 1970, as it stands in a line.
struct Stamp {
    /// What a stamp says.
    struct Parts: OptionSet {
        let rawValue: UInt16
        static let year = Parts(rawValue: 1)
        static let date = Parts(rawValue: 2)
        static let time = Parts(rawValue: 4)
        static let zone = Parts(rawValue: 8)
        /// A count of time since 1970.
        static let epoch = Parts(rawValue: 16)
        /// Seconds since a start that the line does not name.
        static let uptime = Parts(rawValue: 32)
        /// Year, month and day are numbers whose order the line leaves open.
        static let isAmbiguous = Parts(rawValue: 64)
        /// Behind the time stands a number that may be the year or something else.
        static let trailingYear = Parts(rawValue: 128)
    }

    var parts: Parts = []
    /// The offset behind the last byte.
    var end = 0
    var year: Int32 = 0
    var month: Int32 = 0
    var day: Int32 = 0
    var hour: Int32 = 0
    var minute: Int32 = 0
    var second: Int32 = 0
    var microsecond: Int32 = 0
    /// Seconds east of Greenwich; meaningful with `Parts.zone`.
    var zoneSeconds: Int32 = 0
    /// Microseconds since 1970, or since the unknown start; meaningful with `epoch` and `uptime`.
    var count: Int64 = 0
    /// The severity letter that klog writes before the date, or 0.
    var severity: UInt8 = 0
    /// The three numbers of a date whose order is open.
    var numbers: (Int32, Int32, Int32) = (0, 0, 0)
}
