/// What policy says of mail: under which address the desk writes, whom it believes, and what is too much.
package struct MailRules: Hashable, Sendable {
    /// The address of the desk; nil where no mail goes out.
    package var address: MailAddress?
    /// The receiving servers whose results about senders are believed, in small letters.
    package var authenticationServers: Set<String> = []
    /// Whether mail is taken of known senders whom no such server has checked.
    package var acceptsUnverified = false
    /// Whether the sender of mail that opened a case is told its number.
    package var acknowledges = true
    /// The most messages of one sender in an hour.
    package var mostPerSender = 30
    /// The most messages to one case in an hour.
    package var mostPerCase = 60
    /// The most times in an hour that mail takes a solved case up again.
    package var mostReopens = 3

    /// What holds where policy says nothing of mail.
    package init() {}

    static func read(_ root: inout ConfigReader, _ problems: inout [ConfigProblem]) -> MailRules {
        var rules = MailRules()
        guard let node = root.child("mail") else { return rules }
        var reader = ConfigReader(node, at: "mail", problems: &problems)
        let name = reader.optionalText("name", &problems)
        if let text = reader.optionalText("address", &problems) {
            rules.address = MailAddress(text, name: name)
            if rules.address == nil || text.contains("+") {
                problems.append(
                    .init(
                        line: reader.child("address")?.line ?? node.line, key: "mail.address",
                        message: "“\(text)” is not an address such as support@example.com, without a “+”"))
            }
        }
        rules.authenticationServers = Set(
            reader.texts("authentication_servers", &problems).map { $0.text.lowercased() })
        rules.acceptsUnverified = reader.flag("accept_unverified", default: false, &problems)
        rules.acknowledges = reader.flag("acknowledge", default: true, &problems)
        rules.mostPerSender = reader.integer("most_per_sender", 1...10_000, default: 30, &problems)
        rules.mostPerCase = reader.integer("most_per_case", 1...10_000, default: 60, &problems)
        rules.mostReopens = reader.integer("most_reopens", 1...1_000, default: 3, &problems)
        reader.refuseUnknownKeys(&problems)
        return rules
    }
}
