/// What a contract allows, held against a report.
///
/// A report is taken in any case: a gap is for the staff to settle, never for the customer to meet.
package enum Entitlement {
    /// One way in which a report goes beyond the contract.
    package enum Gap: String, Sendable, CaseIterable {
        /// The contract has ended.
        case contract
        /// The reporter is not one of the contacts that the contract names.
        case contact
        /// The contract does not give a right to this severity.
        case severity
        /// The contract does not give a right to this channel.
        case channel
    }

    /// The gaps between a report and the contract, none where nothing is agreed.
    /// - Parameter requester: the contact in whose name it was reported, if one is known.
    package static func gaps(
        in record: AccountRecord, requester: String?, severity: String, channel: String, on day: CalendarDay
    ) -> [Gap] {
        var gaps: [Gap] = []
        if let end = record.first(.renewal).flatMap({ CalendarDay($0) }), end < day { gaps.append(.contract) }
        if record.first(.namedContacts) != nil, let requester, record.contacts[requester]?.isNamed != true,
            record.delegations[requester]?.holds(on: day) != true
        {
            gaps.append(.contact)
        }
        let severities = record[.severities]
        if !severities.isEmpty, !severities.contains(severity) { gaps.append(.severity) }
        let channels = record[.channels]
        // Whoever of the staff or of our own machines opened it chose the channel, not the customer.
        if !channels.isEmpty, !channels.contains(channel), !["engineer", "alert", "import"].contains(channel)
        {
            gaps.append(.channel)
        }
        return gaps
    }
}
