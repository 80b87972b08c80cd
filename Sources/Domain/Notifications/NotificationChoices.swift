package import Diagnosis

/// A way by which people are told.
package enum NotificationChannel: String, CaseIterable, Sendable, Comparable {
    /// At the bell and on the page of notifications.
    case page
    /// A notification of the browser, while a page is open.
    case browser
    /// A message of mail.
    case mail
    /// A message to a chat, by a webhook.
    case chat

    /// Shown above a column.
    package var label: String {
        switch self {
        case .page: "Page"
        case .browser: "Browser"
        case .mail: "Mail"
        case .chat: "Chat"
        }
    }

    package static func < (left: Self, right: Self) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}

/// When messages of a channel go out.
package enum NotificationRhythm: String, CaseIterable, Sendable {
    /// As soon as something happens.
    case atOnce = "at_once"
    /// Together, at each full hour.
    case hourly
    /// Together, once a day.
    case daily
}

/// Hours in which nobody wants to be disturbed, in the person's zone.
package struct QuietHours: Equatable, Sendable {
    /// Minutes after midnight at which they begin each day; nil where only whole days are quiet.
    package var from: Int?
    /// Minutes after midnight at which they end; before `from` where they go over midnight.
    package var until: Int?
    /// Days that are quiet from midnight to midnight, 0 for Monday to 6 for Sunday.
    package var days: Set<Int>

    /// Quiet hours with all parts.
    package init(from: Int?, until: Int?, days: Set<Int>) {
        (self.from, self.until, self.days) = (from, until, days)
    }

    /// None at all.
    package static let none = QuietHours(from: nil, until: nil, days: [])

    /// Whether nothing is ever quiet.
    package var isEmpty: Bool { from == nil && days.isEmpty }

    /// Whether it is quiet at a local time.
    func holds(at local: LocalTime) -> Bool {
        if days.contains(local.day) { return true }
        guard let from, let until else { return false }
        return from < until
            ? (from..<until).contains(local.minute) : local.minute >= from || local.minute < until
    }
}

/// What clocks on a wall show: the day of the week, 0 for Monday, and the minutes after midnight.
struct LocalTime: Equatable {
    var day: Int
    var minute: Int

    /// The local time so many seconds after 1970 on the clocks of a zone.
    init(seconds: Int64) {
        let days = (seconds - (seconds % 86_400 + 86_400) % 86_400) / 86_400
        // Day 0, 1970-01-01, was a Thursday.
        day = Int(((days + 3) % 7 + 7) % 7)
        minute = Int((seconds - days * 86_400) / 60)
    }
}

/// What one person wants to be told, by which way and when.
package struct NotificationChoices: Equatable, Sendable {
    /// By which ways each kind is told; none where it is not told at all.
    package var channels: [NotificationKind: Set<NotificationChannel>]
    /// When mail goes out.
    package var mail = NotificationRhythm.atOnce
    /// When messages to the chat go out.
    package var chat = NotificationRhythm.atOnce
    /// Minutes after midnight at which what comes once a day is sent.
    package var dailyAt = 8 * 60
    /// When nothing but the page tells anything.
    package var quiet = QuietHours.none
    /// The severity from which on upward nothing waits; nil where everything does.
    package var urgentFrom: String?
    /// The time zone: "Europe/Berlin".
    package var zone = "UTC"

    /// What holds for whoever has chosen nothing.
    ///
    /// Everything stands on the page, what wants an answer comes up in the browser, and what somebody must not miss goes
    /// out as mail, and to the chat once there is an address of one.
    package static let usual = NotificationChoices(
        channels: Dictionary(
            uniqueKeysWithValues: NotificationKind.allCases.map { ($0, usualChannels(of: $0)) }))

    /// Choices of these ways, all else as usual.
    package init(channels: [NotificationKind: Set<NotificationChannel>]) { self.channels = channels }

    private static func usualChannels(of kind: NotificationKind) -> Set<NotificationChannel> {
        switch kind {
        case .assigned, .offered, .invited, .unblockAsked, .unblockAnswered, .reviewAsked, .reviewed,
            .accountUpdate,
            .lowScore, .noticeOwed, .named, .promiseMissed, .breached:
            [.page, .browser, .mail, .chat]
        case .qualityReviewed: [.page, .mail]
        case .coverNeeded, .handover, .replied, .teamClock, .warned: [.page, .browser]
        case .changed: [.page]
        }
    }

    /// The ways of a kind.
    package subscript(kind: NotificationKind) -> Set<NotificationChannel> {
        channels[kind] ?? Self.usualChannels(of: kind)
    }

    // MARK: When

    /// When something is told.
    package enum Moment: Equatable, Sendable {
        /// Now, each case by itself.
        case now
        /// Later, together with what else waits.
        case together(at: Timestamp)
    }

    /// How and when something is told.
    ///
    /// The page tells at once, always. In quiet hours the browser says nothing, and mail and chat wait for their end.
    /// - Parameters:
    ///   - isUrgent: whether the case is so grave that nothing about it waits; see `isUrgent(_:in:)`.
    ///   - zones: where the person's zone is looked up; UTC holds where it is unknown.
    package func ways(
        of kind: NotificationKind, isUrgent: Bool, at now: Timestamp, zones: ZoneTable
    ) -> [NotificationChannel: Moment] {
        let zone = zones[zone] ?? .utc
        var ways: [NotificationChannel: Moment] = [:]
        for channel in self[kind] {
            switch channel {
            case .page: ways[.page] = .now
            case .browser: if isUrgent || !isQuiet(at: now, zone) { ways[.browser] = .now }
            case .mail: ways[.mail] = isUrgent ? .now : moment(mail, now, zone)
            case .chat: ways[.chat] = isUrgent ? .now : moment(chat, now, zone)
            }
        }
        return ways
    }

    /// Whether nothing about a case of a severity waits, by the weights of policy.
    package func isUrgent(_ severity: ID<Policy.Severity>, in policy: Policy) -> Bool {
        guard let least = urgentFrom.flatMap({ policy.severity(ID($0)) }),
            let own = policy.severity(severity)
        else { return false }
        return own.weight >= least.weight
    }

    private func moment(_ rhythm: NotificationRhythm, _ now: Timestamp, _ zone: ZoneRules) -> Moment {
        var due = now
        switch rhythm {
        case .atOnce: break
        case .hourly: due = Self.next(after: now, in: zone) { $0.minute % 60 == 0 }
        case .daily: due = Self.next(after: now, in: zone) { [dailyAt] in $0.minute == dailyAt }
        }
        let loud =
            isQuiet(at: due, zone) ? Self.next(after: due, in: zone) { [quiet] in !quiet.holds(at: $0) } : due
        return loud == now ? .now : .together(at: loud)
    }

    private func isQuiet(at moment: Timestamp, _ zone: ZoneRules) -> Bool {
        let second = moment.microseconds / 1_000_000
        return quiet.holds(at: LocalTime(seconds: second + zone.offset(at: second)))
    }

    /// The first full minute after a moment at which the clocks of a zone show what is looked for.
    ///
    /// A time that clocks leave out counts as the moment at which they jump over it. Looks nine days ahead; the end of them
    /// where nothing is found. O(minutes) at worst, which is 13,000 steps.
    static func next(
        after moment: Timestamp, in zone: ZoneRules, _ isMet: (LocalTime) -> Bool
    ) -> Timestamp {
        let start = (moment.microseconds / 1_000_000 / 60 + 1) * 60
        let end = start + 9 * 86_400
        var before = (start - 60) + zone.offset(at: start - 60)
        for stretch in zone.stretches(in: start..<end) {
            var second = stretch.seconds.lowerBound
            second += ((60 - second % 60) % 60)
            while second < stretch.seconds.upperBound {
                let local = second + stretch.offset
                // Clocks that were put forward passed over these minutes at once.
                var skipped = before + 60
                while skipped <= local, local - before <= 6 * 3600 {
                    if isMet(LocalTime(seconds: skipped)) {
                        return Timestamp(microseconds: second * 1_000_000)
                    }
                    skipped += 60
                }
                if isMet(LocalTime(seconds: local)) { return Timestamp(microseconds: second * 1_000_000) }
                before = local
                second += 60
            }
        }
        return Timestamp(microseconds: end * 1_000_000)
    }

    // MARK: Checks

    /// What is wrong with the choices; empty where nothing is.
    package func problems(zones: ZoneTable) -> [Refusal.Problem] {
        var problems: [Refusal.Problem] = []
        if zones[zone] == nil {
            problems.append(
                .init(
                    field: "zone", code: "unknown_zone",
                    message:
                        "“\(zone)” is not a time zone that is known here; write a name such as Europe/Berlin."
                ))
        }
        if (quiet.from == nil) != (quiet.until == nil) {
            problems.append(
                .init(
                    field: quiet.from == nil ? "quiet_from" : "quiet_until", code: "missing",
                    message: "Quiet hours need a beginning and an end; leave both empty for none."))
        }
        if let from = quiet.from, from == quiet.until {
            problems.append(
                .init(
                    field: "quiet_until", code: "same_time",
                    message: "Quiet hours cannot begin and end at the same time."))
        }
        if quiet.days.count == 7 {
            problems.append(
                .init(
                    field: "quiet_days", code: "all_days",
                    message: "Not every day can be quiet. To be told nothing by mail, untick mail above."))
        }
        return problems
    }

    // MARK: As text

    /// Minutes after midnight of “08:30”; nil for anything else.
    package static func minutes(_ text: String) -> Int? {
        let parts = text.trimmingWhitespace.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].count), parts[1].count == 2,
            parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    /// The days of the week, Monday first.
    package static let dayNames = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]

    /// What clocks show at a moment: “Mon 14:05”.
    package static func clock(_ moment: Timestamp, in zone: ZoneRules) -> String {
        let second = moment.microseconds / 1_000_000
        let local = LocalTime(seconds: second + zone.offset(at: second))
        return "\(dayNames[local.day].prefix(3)) \(written(local.minute))"
    }

    /// “08:30”, of minutes after midnight.
    package static func written(_ minutes: Int) -> String {
        "\(minutes / 60 < 10 ? "0" : "")\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
    }

    /// The same choices, with a word on every kind that the product knows.
    package var complete: NotificationChoices {
        var complete = self
        for kind in NotificationKind.allCases { complete.channels[kind] = self[kind] }
        return complete
    }

    /// As they are stored and sent: the kinds that were chosen, for what was added since is as usual.
    package var json: JSON {
        let told = NotificationKind.allCases.compactMap { kind -> (key: String, value: JSON)? in
            channels[kind].map { (kind.rawValue, .array($0.sorted().map { .string($0.rawValue) })) }
        }
        return .fields([
            "told": .object(JSONObject(members: told)), "mail_when": .string(mail.rawValue),
            "chat_when": .string(chat.rawValue), "daily_at": .string(Self.written(dailyAt)),
            "quiet_from": quiet.from.map { .string(Self.written($0)) },
            "quiet_until": quiet.until.map { .string(Self.written($0)) },
            "quiet_days": .array(
                quiet.days.sorted().map { .string(BusinessCalendar.weekdays[$0]) }),
            "urgent_from": urgentFrom.map(JSON.string), "zone": .string(zone),
        ])
    }

    /// Reads what `json` wrote; what a later version of the product added is as usual.
    package init(_ json: JSON?) {
        self = .usual
        guard let json else { return }
        channels = [:]
        for kind in NotificationKind.allCases {
            if let ways = json["told"]?[kind.rawValue]?.array {
                channels[kind] = Set(ways.compactMap { $0.string.flatMap(NotificationChannel.init) })
            }
        }
        func minutes(_ key: String) -> Int? { json[key]?.string.flatMap(Self.minutes) }
        mail = json["mail_when"]?.string.flatMap(NotificationRhythm.init) ?? .atOnce
        chat = json["chat_when"]?.string.flatMap(NotificationRhythm.init) ?? .atOnce
        dailyAt = minutes("daily_at") ?? dailyAt
        quiet = QuietHours(
            from: minutes("quiet_from"), until: minutes("quiet_until"),
            days: Set(
                (json["quiet_days"]?.array ?? []).compactMap {
                    $0.string.flatMap { BusinessCalendar.weekdays.firstIndex(of: $0) }
                }))
        urgentFrom = json["urgent_from"]?.string
        zone = json["zone"]?.string ?? zone
    }
}
