import ArgumentParser
import Desk
import Domain
import Foundation
import Storage

/// The command `thirdline key`.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "The secret keys: list, add, put in use, retire, seal everything anew.",
        discussion: """
            Running servers read the key file when they start.

            ROTATION
              thirdline key add            a new key is in use; restart the servers
              thirdline key rewrap         the new key seals what the old one sealed
              thirdline key retire OLD     the old one only verifies old checkpoints
            """,
        subcommands: [List.self, Add.self, Use.self, Rewrap.self, Retire.self])

    /// The command `thirdline key list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the keys, the one in use first, and what each still holds up.")
        @OptionGroup var place: DataOptions

        func run() async throws {
            let file = try KeyFile(reading: try place.settings().installation().keyPlace)
            let services = try await place.open()
            let all = try await services.uses()
            let uses = all.byKey
            for (index, entry) in file.entries.enumerated() {
                let state = entry.isRetired ? "retired" : index == 0 ? "in use" : "opens"
                say("\(entry.id)\t\(state)\t\(KeyCommand.words(uses[entry.id]))")
            }
            for (key, counts) in uses.sorted(by: { $0.key < $1.key })
            where !file.entries.contains(where: { $0.id == key }) {
                say(
                    "\(key.isEmpty ? "-" : key)\t\(key.isEmpty ? "unknown" : "missing")\t\(KeyCommand.words(counts))"
                )
            }
            if all.plainFiles > 0 {
                complain("\(all.plainFiles) files of evidence are not encrypted yet: thirdline key rewrap")
            }
            if all.unreadableFiles > 0 {
                complain(
                    "\(all.unreadableFiles) files of evidence cannot be read; thirdline verify --evidence names them"
                )
            }
            try await services.database.close()
        }
    }

    /// The command `thirdline key add`.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a new key and put it in use; prints its identifier.")
        @OptionGroup var place: DataOptions
        @Flag(help: "Only add it: several nodes must know a key before one of them uses it.")
        var standby = false

        func run() async throws {
            var file = try KeyFile(reading: try place.settings().installation().keyPlace)
            let id = file.addKey(isUsed: !standby)
            try file.save()
            complain(
                standby
                    ? "Added to \(file.path). Copy the file to every node, restart them, then: thirdline key use \(id)"
                    : "In use from the next start of each server. Then: thirdline key rewrap")
            say(id)
        }
    }

    /// The command `thirdline key use`.
    struct Use: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put a key that is there in use.")
        @OptionGroup var place: DataOptions
        @Argument(help: "Its identifier.") var id: String

        func run() async throws {
            var file = try KeyFile(reading: try place.settings().installation().keyPlace)
            try file.use(id)
            try file.save()
            complain("In use from the next start of each server. Then: thirdline key rewrap")
        }
    }

    /// The command `thirdline key rewrap`.
    struct Rewrap: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Seal every secret and file of evidence with the key in use; works beside running servers.",
            discussion:
                "Files of evidence that are not encrypted yet are. An interrupted run is simply started again. Exit code 1 where something cannot be opened."
        )
        @OptionGroup var place: DataOptions

        func run() async throws {
            let services = try await place.open()
            let line = ProgressLine()
            let done = try await services.rewrap {
                line.show("\($0.done) secrets and \($0.files) files of evidence sealed anew ...")
            }
            say(
                "\(done.done) secrets and \(done.files) files of evidence sealed anew with \(services.keys.currentID)."
            )
            if done.unreadable > 0 { complain("\(done.unreadable) cannot be opened and stay as they are.") }
            try await services.database.close()
            if done.unreadable > 0 { throw ExitCode(1) }
        }
    }

    /// The command `thirdline key retire`.
    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Retire a key: it only verifies old checkpoints from then on.",
            discussion: """
                Refused while sealed secrets need the key. Sessions and tokens move to the key in use when they are \
                used; --end lets those end that were not.
                """)
        @OptionGroup var place: DataOptions
        @Argument(help: "Its identifier.") var id: String
        @Flag(help: "End the sessions and API tokens that still need it.") var end = false

        func run() async throws {
            var file = try KeyFile(reading: try place.settings().installation().keyPlace)
            try file.retire(id)
            let services = try await place.open()
            let uses = try await services.uses().byKey
            let secrets = Set(services.catalog.sealed.map(\.name) + [Services.evidenceName])
            try await services.database.close()
            let counts = ((uses[id] ?? []) + (uses[""] ?? [])).filter { $0.count > 0 }
            if let sealed = counts.first(where: { secrets.contains($0.name) }) {
                throw Refusal(
                    .conflict, "key_in_use",
                    "\(sealed.count) \(sealed.name) are sealed with “\(id)”. First: thirdline key rewrap")
            }
            guard counts.isEmpty || end else {
                throw Refusal(
                    .conflict, "key_in_use",
                    "\(KeyCommand.words(counts)) still need “\(id)”. They move to the key in use when they are used; --end lets them end now."
                )
            }
            try file.save()
            complain("“\(id)” is retired from the next start of each server.")
        }
    }

    fileprivate static func words(_ counts: [(name: String, count: Int)]?) -> String {
        let shown = (counts ?? []).filter { $0.count > 0 }.map { "\($0.count) \($0.name)" }
        return shown.isEmpty ? "nothing" : shown.joined(separator: ", ")
    }
}
