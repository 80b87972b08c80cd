import ArgumentParser
import Desk
import Diagnosis
import Domain
import Foundation
import Storage

/// The command `thirdline call`.
struct Call: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Carry out any operation by its name.",
        discussion: """
            EXAMPLES
              thirdline call --list
              thirdline call case.assign --as marta@example.com id=TL-42 assignee=jonas@example.com
              thirdline call case.open --as marta@example.com subject="Refunds stay pending" symptom=@report.txt

            A value that begins with @ is read from that file. Rights are those of the person given with --as.
            """)

    @OptionGroup var place: DataOptions
    @Flag(help: "List the operations and their fields.") var list = false
    @Option(name: .customLong("as"), help: "The person who does it, by e-mail address.") var person: String?
    @Option(help: "Carry it out once, however often this is called with the same key.") var idempotencyKey:
        String?
    @Argument(help: "The operation, such as case.assign.") var operation: String?
    @Argument(help: "Its fields, as NAME=VALUE.") var fields: [String] = []

    func run() async throws {
        let catalog = FeatureCatalog()
        if list {
            for operation in catalog.operations {
                let fields = operation.fields.map { $0.isRequired ? $0.name : "[\($0.name)]" }.joined(
                    separator: " ")
                say("\(operation.name)\t\(operation.summary)\t\(fields)")
            }
            return
        }
        guard let operation, let person else {
            throw ValidationError("Give an operation and --as PERSON; see `thirdline call --list`.")
        }
        let services = try await place.open()
        let receipt = try await services.call(
            operation, try Self.input(fields), as: person, idempotencyKey: idempotencyKey)
        say(JSON.object(receipt.answer).text)
        try await services.database.close()
    }

    private static func input(_ fields: [String]) throws -> RawInput {
        var raw = RawInput()
        for field in fields {
            guard let equals = field.firstIndex(of: "=") else {
                throw ValidationError("A field is given as NAME=VALUE, not “\(field)”.")
            }
            var value = String(field[field.index(after: equals)...])
            if value.hasPrefix("@"), value != "@me" {
                value = try PolicyCommand.read(String(value.dropFirst()))
            }
            let name = String(field[..<equals])
            switch raw[name] {
            case .missing: raw[name] = .text(value)
            case .list(let values): raw[name] = .list(values + [.text(value)])
            case let first: raw[name] = .list([first, .text(value)])
            }
        }
        return raw
    }
}
