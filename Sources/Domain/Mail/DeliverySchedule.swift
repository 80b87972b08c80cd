/// When what could not be delivered is tried again, and when that is given up.
package enum DeliverySchedule {
    /// Seconds after each failure; after as many failures and one more it is given up.
    package static let delays: [Int64] = [30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 12 * 3600]

    /// Seconds until the next try after so many; nil where there is none.
    package static func delay(after attempts: Int) -> Int64? {
        attempts >= 1 && attempts <= delays.count ? delays[attempts - 1] : nil
    }
}

/// Why something could not be delivered.
package struct DeliveryFailure: Error, Equatable, Sendable {
    /// In words, for whoever has to do something about it.
    package var reason: String
    /// Whether trying again is of no use.
    package var isPermanent: Bool

    /// A failure with both parts.
    package init(_ reason: String, isPermanent: Bool) {
        (self.reason, self.isPermanent) = (reason, isPermanent)
    }
}
