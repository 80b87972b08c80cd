/// A message of mail as it was read: what the rules look at, and nothing that they do not need.
///
/// Whatever is in it was written by somebody outside, so nothing of it is believed for itself.
package struct InboundMessage: Equatable, Sendable {
    /// A file that came with the message.
    package struct Attachment: Equatable, Sendable {
        /// The name that the sender gave it; empty where there was none.
        package var name: String
        /// The type that the sender gave it, in small letters.
        package var mediaType: String
        /// Its bytes, decoded.
        package var bytes: [UInt8]
        /// Whether it stood within the text, such as a picture.
        package var isInline: Bool

        /// An attachment with all parts.
        package init(name: String, mediaType: String, bytes: [UInt8], isInline: Bool) {
            (self.name, self.mediaType, self.bytes, self.isInline) = (name, mediaType, bytes, isInline)
        }
    }

    /// What a report of a mail server says of a message of ours (RFC 3464).
    package struct DeliveryReport: Equatable, Sendable {
        /// What the server did: "failed", "delayed", "delivered", "relayed" or "expanded".
        package var action: String
        /// Whom it was for.
        package var recipient: String?
        /// The status code: "5.1.1".
        package var status: String?
        /// The server's words.
        package var diagnostic: String?

        /// A report with all parts.
        package init(action: String, recipient: String?, status: String?, diagnostic: String?) {
            (self.action, self.recipient, self.status, self.diagnostic) = (
                action, recipient, status, diagnostic
            )
        }

        /// Whether the message did not arrive and will not.
        package var isFailure: Bool {
            action == "failed" || (action.isEmpty && status?.hasPrefix("5") == true)
        }
    }

    /// Whom it says it is from; proper mail names one.
    package var from: [MailAddress] = []
    /// Where the sender wants answers.
    package var replyTo: [MailAddress] = []
    /// Whom it is addressed to.
    package var to: [MailAddress] = []
    /// Who gets a copy.
    package var cc: [MailAddress] = []
    /// To which addresses the receiving server delivered it, as far as it says.
    package var deliveredTo: [MailAddress] = []
    /// Where its reports go; empty for a message that wants none, nil where the receiving server did not say.
    package var returnPath: String?
    /// Its identifier, without the angle brackets; nil where it has none.
    package var messageID: String?
    /// The identifiers of the messages that it answers.
    package var inReplyTo: [String] = []
    /// The identifiers of its thread, oldest first.
    package var references: [String] = []
    /// The identifiers of messages that it brings along, such as the one that a bounce is about.
    package var enclosedIDs: [String] = []
    /// Its subject, on one line.
    package var subject = ""
    /// When it says that it was written.
    package var date: Timestamp?
    /// The fields that tell who sends by machine, in small letters, each with its values in order.
    package var marks: [String: [String]] = [:]
    /// What receiving servers found out about the sender, topmost first: the values of Authentication-Results.
    package var authentication: [String] = []
    /// Its text, safe to show.
    package var text = MailText()
    /// The files that came with it.
    package var attachments: [Attachment] = []
    /// What a mail server reports with it.
    package var report: DeliveryReport?
    /// Whether it is a report of any kind (multipart/report).
    package var isReport = false
    /// What was wrong with it, in words; what could be read was read all the same.
    package var problems: [String] = []
    /// Whether so little of it could be read that somebody must look at it.
    package var isBroken = false

    /// A message of which nothing is known yet.
    package init() {}

    /// The fields that tell who sends by machine.
    package static let markNames: Set<String> = [
        "auto-submitted", "precedence", "x-precedence", "list-id", "list-unsubscribe", "feedback-id",
        "x-auto-response-suppress", "x-autoreply", "x-autorespond", "x-loop", "x-thirdline-loop",
        "x-failed-recipients",
    ]

    /// All addresses that it may have been sent to.
    package var recipients: [MailAddress] { deliveredTo + to + cc }

    /// The identifiers by which its thread is found, the likeliest first: what it answers, then its thread from the end.
    package var threadIDs: [String] {
        var seen: Set<String> = []
        return (inReplyTo + references.reversed() + enclosedIDs).filter { seen.insert($0).inserted }
    }
}

/// What sends a message: a person, or a machine that must never be answered.
package enum MailKind: String, Sendable, CaseIterable {
    /// Somebody wrote it.
    case person
    /// A machine answers for somebody: out of office, received, away.
    case autoReply = "auto_reply"
    /// A mail server reports about a message of ours.
    case bounce
    /// It went to many: a list, a newsletter, a notification.
    case bulk
    /// It came from this very installation.
    case own

    /// What pages call it.
    package var name: String {
        switch self {
        case .person: "Mail"
        case .autoReply: "Automatic answer"
        case .bounce: "Delivery report"
        case .bulk: "Mail to many"
        case .own: "Our own mail"
        }
    }

    /// What sends a message, by what stands in its head.
    ///
    /// Sources: RFC 3834 (Auto-Submitted, where "no" means a person), RFC 2919 and 2369 (lists), RFC 3464 (reports);
    /// the X- fields are those of Exchange, of answering machines and of other help desks.
    /// - Parameter loops: what our own mail carries in X-Thirdline-Loop.
    package init(of message: InboundMessage, loops: Set<String>) {
        func values(_ name: String) -> [String] {
            (message.marks[name] ?? []).map { $0.trimmingWhitespace.lowercased() }
        }
        let sender = message.from.first?.local.lowercased() ?? ""
        if !loops.isDisjoint(with: values("x-thirdline-loop")) {
            self = .own
        } else if message.isReport || message.report != nil || message.marks["x-failed-recipients"] != nil
            || ["mailer-daemon", "postmaster"].contains(sender)
        {
            self = .bounce
        } else if message.marks["list-id"] != nil || message.marks["list-unsubscribe"] != nil
            || message.marks["feedback-id"] != nil
            || (values("precedence") + values("x-precedence")).contains(where: {
                ["bulk", "list", "junk"].contains($0)
            })
        {
            self = .bulk
        } else if Self.isAutomatic(message, values) {
            self = .autoReply
        } else {
            self = .person
        }
    }

    private static func isAutomatic(_ message: InboundMessage, _ values: (String) -> [String]) -> Bool {
        let submitted = values("auto-submitted").map { $0.prefix { $0 != ";" && $0 != " " } }
        if submitted.contains(where: { $0 != "no" && !$0.isEmpty }) { return true }
        if (values("precedence") + values("x-precedence")).contains("auto_reply") { return true }
        let suppress = values("x-auto-response-suppress").flatMap {
            $0.split(separator: ",").map { String($0).trimmingWhitespace }
        }
        if suppress.contains(where: { ["all", "dr", "autoreply"].contains($0) }) { return true }
        if ["x-autoreply", "x-autorespond", "x-loop"].contains(where: { name in
            values(name).contains { !["", "no", "false"].contains($0) }
        }) {
            return true
        }
        // Whoever wants no reports is a machine; mail of people has somewhere to go back to.
        return message.returnPath == ""
    }
}
