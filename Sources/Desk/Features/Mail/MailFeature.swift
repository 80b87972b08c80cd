import Domain
import HTTPTypes
import Storage
import Web

/// Mail: what comes in, whom it is believed, where it goes, and what waits for somebody.
enum MailFeature: Feature {
    static let name = "mail"
    static let operations =
        [
            ReleaseMail.operation, AnyOperation(DiscardMail.self), AnyOperation(RestoreMail.self),
        ] + OutboxAnswers.operations
    static let reads = MailJSON.reads + [OutgoingPages.read]
    static let subjects = [MailQueries.subject]
    static let statements = MailQueries.samples + MailboxStore.samples
    static let rights: [Right] = [MailDirectory.viewRight, MailIntake.right]
    static let caseParts = [MailPages.part]
    static let heldFiles = [HeldFiles(used: MailQueries.used(hashes:), kept: MailQueries.keptFiles)]

    static let navigation = [
        NavigationItem(
            path: "/mail", title: "Mail", icon: "send", access: .right(MailDirectory.viewRight),
            group: .installation)
    ]

    static func routes(_ services: Services) -> [Route] { MailPages.routes(services) }
}
