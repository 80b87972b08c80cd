import ArgumentParser
import Desk
import Diagnosis
import Domain
import Foundation
import Storage

/// The command `thirdline user`.
struct User: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Accounts: add people, reset passwords, deactivate.",
        subcommands: [
            Add.self, List.self, ResetPassword.self, ResetSecondFactor.self, Deactivate.self,
        ])

    /// The command `thirdline user add`.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add somebody; prints a link with which they set their password.")

        @OptionGroup var place: DataOptions
        @Argument(help: "The e-mail address to sign in with.") var email: String
        @Option(help: "The name that others see.") var name: String
        @Option(help: "A role; may be given more than once.") var role: [String]
        @Option(help: "For customers: their organisation’s name or identifier.") var organisation: String?

        func run() async throws {
            let services = try await place.open(isMadeIfMissing: true)
            var raw = RawInput([
                "name": .text(name), "email": .text(email), "roles": .list(role.map(RawValue.text)),
            ])
            if let organisation { raw["organisation"] = .text(organisation) }
            let receipt = try await services.asOperator("person.add", raw)
            try await link(for: receipt.answer["id"]?.string ?? "", services)
        }
    }

    /// The command `thirdline user list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List people: address, name, roles, state.")
        @OptionGroup var place: DataOptions

        func run() async throws {
            let services = try await place.open()
            for person in try await services.allPeople() {
                let state = person.isActive ? "active" : "not active"
                say(
                    "\(person.email ?? "-")\t\(person.name)\t\(person.roles.joined(separator: ","))\t\(state)"
                )
            }
        }
    }

    /// The command `thirdline user reset-password`.
    struct ResetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-password", abstract: "Print a link with which somebody sets a new password.")
        @OptionGroup var place: DataOptions
        @Argument(help: "The e-mail address.") var email: String

        func run() async throws {
            let services = try await place.open()
            try await link(for: try await services.person(email).id.raw, services)
        }
    }

    /// The command `thirdline user reset-second-factor`.
    struct ResetSecondFactor: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-second-factor",
            abstract: "Take somebody’s second factor away, who lost it; their sessions end and they are told."
        )
        @OptionGroup var place: DataOptions
        @Argument(help: "The e-mail address.") var email: String
        @Option(help: "How you made sure that it is this person who asks.") var reason: String

        func run() async throws {
            let services = try await place.open()
            _ = try await services.asOperator(
                "person.reset_second_factor", RawInput(["id": .text(email), "reason": .text(reason)]))
            say("\(email) signs in with the password alone, or sets up a new second factor.")
            try await services.database.close()
        }
    }

    /// The command `thirdline user deactivate`.
    struct Deactivate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End the use of an account at once.")
        @OptionGroup var place: DataOptions
        @Argument(help: "The e-mail address.") var email: String
        @Option(help: "Why.") var reason: String?

        func run() async throws {
            let services = try await place.open()
            var raw = RawInput(["id": .text(email)])
            if let reason { raw["reason"] = .text(reason) }
            _ = try await services.asOperator("person.deactivate", raw)
            say("\(email) is deactivated.")
        }
    }

    private static func link(for id: String, _ services: Services) async throws {
        let secret = try await Accounts(services).makeLink(purpose: "password", person: ID(id), hours: 72)
        complain("The link works once, for 72 hours. Put the address of your site before it:")
        say("/password/\(secret)")
        try await services.database.close()
    }
}

/// The command `thirdline token`.
struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "API tokens.", subcommands: [Create.self])

    /// The command `thirdline token create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token for a program; the token alone is the last line of output.",
            discussion:
                "Works beside a running server. The program acts under a name of its own, with the role given."
        )

        @OptionGroup var place: DataOptions
        @Option(help: "The role of the program: frontline, engineer, lead ...") var role: String
        @Option(help: "What the program is called.") var name: String?
        @Option(help: "A right that the token may use; may be repeated. Without any, all rights of the role.")
        var scope: [String] = []
        @Option(help: "For the role customer: the organisation’s name or identifier.") var organisation:
            String?

        func run() async throws {
            let services = try await place.open(isMadeIfMissing: true)
            let label = name ?? "Token for \(role)"
            let token = try await services.makeServiceToken(
                name: label, role: role, scopes: scope, organisation: organisation)
            complain("Token “\(label)” made. It is shown once:")
            say(token)
            try await services.database.close()
        }
    }
}
