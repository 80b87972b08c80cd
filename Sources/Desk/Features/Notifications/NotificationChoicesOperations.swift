import Diagnosis
import Domain
import Storage
import Web

/// Chooses what one is told, by which ways and when.
///
/// What is not sent stays as it is.
enum ChooseNotifications: Operation {
    struct Input: Sendable {
        var page: Edit<[String]>
        var browser: Edit<[String]>
        var mail: Edit<[String]>
        var chat: Edit<[String]>
        var mailWhen: Edit<String>
        var chatWhen: Edit<String>
        var dailyAt: Edit<String>
        var quietFrom: Edit<String>
        var quietUntil: Edit<String>
        var quietDays: Edit<[String]>
        var urgentFrom: Edit<String>
        var zone: Edit<String>
    }

    static let name = "notification.choose"
    static let summary = "Choose what you are told"
    static let verb = "Save"
    static let right: Right = "case.view"
    static let place = OperationPlace.single(path: "notifications/choices")

    private static let kinds = NotificationKind.allCases.map { FieldChoice($0.rawValue, $0.label) }
    private static let rhythms = [
        FieldChoice(NotificationRhythm.atOnce.rawValue, "At once"),
        FieldChoice(NotificationRhythm.hourly.rawValue, "Every hour, together"),
        FieldChoice(NotificationRhythm.daily.rawValue, "Once a day, together"),
    ]
    private static let weekdays = zip(BusinessCalendar.weekdays, NotificationChoices.dayNames).map {
        FieldChoice($0, $1)
    }

    private static func told(_ name: String, _ label: String) -> Field<Edit<[String]>> {
        .edit(.list(of: .choice(name, label, from: { _ in kinds })))
    }

    private static func time(_ name: String, _ label: String) -> Field<Edit<String>> {
        let line = Field<String>.line(name, label, maxBytes: 20)
        let time = Field<String>(description: line.description) { raw, policy in
            line.read(raw, policy).flatMap { text in
                guard NotificationChoices.minutes(text) == nil else { return .success(text) }
                return .failure(
                    FieldProblems(name, "not_a_time", "“\(text)” is not a time of day such as 19:30."))
            }
        }
        return .edit(time)
    }

    private static func rhythm(_ name: String, _ label: String) -> Field<Edit<String>> {
        .edit(.choice(name, label, from: { _ in rhythms }))
    }

    private static let urgent = Field<Edit<String>>.edit(
        .choice(
            "urgent_from", "Nothing waits from this severity on",
            from: { policy in policy.severities.map { FieldChoice($0.id.raw, $0.name) } },
            resolve: { text, policy in policy.severity(named: text)?.id.raw }))
    private static let days = Field<Edit<[String]>>.edit(
        .list(of: .choice("quiet_days", "Quiet all day", from: { _ in weekdays })))
    private static let zone = Field<Edit<String>>.edit(.line("zone", "Your time zone", maxBytes: 60))

    static let input = Fields(
        Input.init, told("page", "Told on the page"), told("browser", "Told by the browser"),
        told("mail", "Told by mail"), told("chat", "Told in the chat"), rhythm("mail_when", "Mail goes out"),
        rhythm("chat_when", "Messages to the chat go out"),
        time("daily_at", "Once a day at").help("On the clocks of your time zone, such as 08:00."),
        time("quiet_from", "Quiet from").help("Empty for no quiet hours."),
        time("quiet_until", "Quiet until"), days, urgent, zone.help("Such as Europe/Berlin."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> NotificationSettings? {
        try NotificationsDirectory.settings(of: [actor.id], in: tx)[actor.id]
    }

    static func decide(
        _ input: Input, on state: NotificationSettings?, in context: Context
    ) throws(Refusal) -> Decision {
        let before = state?.choices ?? .usual
        var choices = before
        for (channel, edit) in [
            (NotificationChannel.page, input.page), (.browser, input.browser), (.mail, input.mail),
            (.chat, input.chat),
        ] {
            guard let wanted = edit.value(orCleared: []) else { continue }
            for kind in NotificationKind.allCases {
                var ways = choices[kind]
                if wanted.contains(kind.rawValue) { ways.insert(channel) } else { ways.remove(channel) }
                choices.channels[kind] = ways
            }
        }
        func take<Value>(
            _ edit: Edit<String>, _ path: WritableKeyPath<NotificationChoices, Value>,
            _ make: (String?) -> Value?
        ) {
            switch edit {
            case .unchanged: break
            case .cleared: if let value = make(nil) { choices[keyPath: path] = value }
            case .set(let text): if let value = make(text) { choices[keyPath: path] = value }
            }
        }
        take(input.mailWhen, \.mail) { $0.flatMap(NotificationRhythm.init) ?? .atOnce }
        take(input.chatWhen, \.chat) { $0.flatMap(NotificationRhythm.init) ?? .atOnce }
        take(input.dailyAt, \.dailyAt) { $0.flatMap(NotificationChoices.minutes) ?? 480 }
        take(input.quietFrom, \.quiet.from) { .some($0.flatMap(NotificationChoices.minutes)) }
        take(input.quietUntil, \.quiet.until) { .some($0.flatMap(NotificationChoices.minutes)) }
        take(input.urgentFrom, \.urgentFrom) { .some($0) }
        take(input.zone, \.zone) { $0 ?? "UTC" }
        if let days = input.quietDays.value(orCleared: []) {
            choices.quiet.days = Set(days.compactMap { BusinessCalendar.weekdays.firstIndex(of: $0) })
        }
        let problems = choices.problems(zones: .machine)
        guard problems.isEmpty else { throw Refusal(problems: problems) }
        var decision = Decision()
        if choices.complete != before.complete || state == nil {
            decision.record(
                NotificationFact.chosen(choices), on: NotificationSettings.ref(of: context.actor.id))
        }
        decision.answer["choices"] = choices.complete.json
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/account/notifications?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = OperationForm(back: "/account/notifications", backName: "Notifications")
        let choices = try NotificationsDirectory.settings(of: [actor.id], in: tx)[actor.id]?.choices ?? .usual
        form.values = values(of: choices)
        return form
    }

    /// The fields as these choices fill them.
    static func values(of choices: NotificationChoices) -> RawInput {
        var raw = RawInput()
        for channel in NotificationChannel.allCases {
            raw[channel.rawValue] = .list(
                NotificationKind.allCases.filter { choices[$0].contains(channel) }.map { .text($0.rawValue) })
        }
        func written(_ minutes: Int?) -> RawValue {
            .text(minutes.map(NotificationChoices.written) ?? "")
        }
        raw["mail_when"] = .text(choices.mail.rawValue)
        raw["chat_when"] = .text(choices.chat.rawValue)
        raw["daily_at"] = written(choices.dailyAt)
        raw["quiet_from"] = written(choices.quiet.from)
        raw["quiet_until"] = written(choices.quiet.until)
        raw["quiet_days"] = .list(choices.quiet.days.sorted().map { .text(BusinessCalendar.weekdays[$0]) })
        raw["urgent_from"] = .text(choices.urgentFrom ?? "")
        raw["zone"] = .text(choices.zone)
        return raw
    }
}

extension Edit {
    /// The new value, or what stands for none; nil where it stays as it is.
    fileprivate func value(orCleared empty: Value) -> Value? {
        switch self {
        case .unchanged: nil
        case .cleared: empty
        case .set(let value): value
        }
    }
}

/// Sends oneself a message by a way, to see that it arrives.
enum TestNotifications {
    private static let channel = Field<String>.choice(
        "channel", "Channel", from: { _ in [FieldChoice("mail", "Mail"), FieldChoice("chat", "Chat")] })
    private static let input = Fields({ (channel: String) in channel }, channel)
    /// At most so many in an hour.
    private static let most = 10

    static let operation = AnyOperation(
        name: "notification.test", summary: "Send yourself a test", verb: "Send", right: "case.view",
        place: .single(path: "notifications/test"), fields: input.descriptions, file: #fileID,
        destination: { _, _ in "/account/notifications?done=tested" },
        form: { _, _, _, _ in OperationForm(back: "/account/notifications", backName: "Notifications") },
        check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try input.parse(raw, policy) },
        decide: { raw, context, tx in
            let channel = try input.parse(raw, context.policy)
            var decision = Decision()
            decision.answer["id"] = .string(try put(channel == "mail" ? .mail : .chat, context, in: tx))
            return decision
        })

    private static func put(
        _ way: NotificationSending.Way, _ context: Context, in tx: borrowing Transaction
    ) throws -> String {
        let (id, policy, now) = (context.actor.id, context.policy, context.now)
        guard let person = try PeopleDirectory.people([id], in: tx)[id] else {
            throw Refusal(.denied, "not_a_person", "Only a person can be told something.")
        }
        let settings = try NotificationsDirectory.settings(of: [id], in: tx)[id]
        let receiver = NotificationSending.Receiver(person: person, chatHost: settings?.chatHost)
        guard let recipient = NotificationSending.recipient(of: way, receiver, policy) else {
            throw Refusal(field: "channel", "nowhere", NotificationChoicesPages.nowhere(way, policy))
        }
        let kind = NotificationSending.Kind.test
        let hour = now.adding(seconds: -3600)
        let sent =
            try tx.first(OutboxStore.count(way.rawValue, for: id, kind: kind.rawValue, since: hour)) {
                Int($0.integer(0))
            } ?? 0
        guard sent < most else {
            throw Refusal(.limited, "too_many", "\(most) tests in an hour are enough. Try again later.")
        }
        let item = NotificationSending.item(
            way, kind, to: recipient, person: id, caseID: nil, sequence: 0, policy, due: now, at: now)
        try tx.execute(OutboxStore.insert(item))
        return item.id
    }
}
