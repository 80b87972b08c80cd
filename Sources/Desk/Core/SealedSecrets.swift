import Domain
import Storage

/// A table whose rows hold a sealed secret each: what is needed to count them by key and to seal them anew.
package struct SealedTable: Sendable {
    /// What its rows are, in the plural: "second factors".
    package var name: String
    /// What a secret's row is called when it is sealed, by the row's identifier.
    package var row: @Sendable (String) -> String
    /// How many rows each key sealed: key, count.
    package var countsByKey: @Sendable () -> SQL
    /// Rows that another key than this one sealed, by identifier after a given one: identifier, key, secret.
    package var others: @Sendable (_ than: String, _ after: String, _ limit: Int) -> SQL
    /// Replaces the secret of a row, unless it is no longer the one that was read.
    package var replace: @Sendable (_ id: String, _ old: KeyRing.Sealed, _ new: KeyRing.Sealed) -> SQL

    /// A table with these statements.
    package init(
        name: String, row: @escaping @Sendable (String) -> String,
        countsByKey: @escaping @Sendable () -> SQL,
        others: @escaping @Sendable (String, String, Int) -> SQL,
        replace: @escaping @Sendable (String, KeyRing.Sealed, KeyRing.Sealed) -> SQL
    ) {
        (self.name, self.row, self.countsByKey) = (name, row, countsByKey)
        (self.others, self.replace) = (others, replace)
    }
}

extension Services {
    /// What the keys hold up.
    package struct KeyUses: Sendable {
        /// What each key opens: its kind and how many; "" stands for what was made before keys were noted.
        package var byKey: [String: [(name: String, count: Int)]]
        /// Files of evidence that are not encrypted.
        package var plainFiles: Int
        /// Files of evidence that could not be looked at.
        package var unreadableFiles: Int
    }

    /// How many secrets, files of evidence, sessions and tokens each key holds up, by the key's identifier.
    package func uses() async throws -> KeyUses {
        let tables = catalog.sealed
        let now = clock()
        let files = try await evidence.keyUses()
        let found = try await database.read { tx in
            var uses: [String: [(name: String, count: Int)]] = [:]
            for table in tables {
                try tx.each(table.countsByKey()) {
                    uses[$0.text(0), default: []].append((table.name, Int($0.integer(1))))
                }
            }
            for (name, counts) in try PeopleDirectory.countsByKey(at: now, in: tx) {
                for (key, count) in counts { uses[key, default: []].append((name, count)) }
            }
            return uses
        }
        let uses = files.counts.reduce(into: found) {
            $0[$1.key, default: []].append((Self.evidenceName, $1.value))
        }
        return KeyUses(byKey: uses, plainFiles: files.plain, unreadableFiles: files.unreadable)
    }

    /// What files of evidence are called where the uses of a key are counted.
    package static let evidenceName = "files of evidence"

    /// Secrets whose key the key file does not hold: their kind, the key, how many.
    package func unreadableSecrets() async throws -> [(name: String, key: String, count: Int)] {
        let (tables, known) = (catalog.sealed, Set(keys.activeIDs))
        return try await database.read { tx in
            try tables.flatMap { table in
                try tx.all(table.countsByKey()) {
                    (name: table.name, key: $0.text(0), count: Int($0.integer(1)))
                }.filter { !known.contains($0.key) && $0.count > 0 }
            }
        }
    }

    /// What sealing everything anew did.
    package struct Rewrapped: Sendable {
        /// Secrets that the key in use seals now.
        package var done = 0
        /// Files of evidence that the key in use opens now.
        package var files = 0
        /// Secrets and files that could not be opened and stay as they are.
        package var unreadable = 0
    }

    /// Seals every secret and every file of evidence with the key in use.
    ///
    /// Works beside running servers, in transactions of 200 rows; an interrupted run goes on where it ended.
    /// - Parameter progress: told after each transaction what was done so far.
    package func rewrap(progress: @Sendable (Rewrapped) -> Void = { _ in }) async throws -> Rewrapped {
        var whole = Rewrapped()
        for table in catalog.sealed {
            var last = ""
            while true {
                let after = last
                let (part, end) = try await database.write { [keys] tx in
                    try Self.rewrap(table, after: after, keys, in: tx)
                }
                whole.done += part.done
                whole.unreadable += part.unreadable
                guard let end else { break }
                last = end
                progress(whole)
            }
        }
        let secrets = whole
        let files = try await evidence.rewrap(clock: clock) { done in
            var whole = secrets
            whole.files = done.done
            progress(whole)
        }
        whole.files = files.done
        whole.unreadable += files.unreadable
        logs.forgetOthers()
        return whole
    }

    private static func rewrap(
        _ table: SealedTable, after: String, _ keys: KeyRing, in tx: borrowing Transaction
    ) throws -> (Rewrapped, last: String?) {
        let rows = try tx.all(table.others(keys.currentID, after, 200)) {
            (id: $0.text(0), sealed: KeyRing.Sealed(keyID: $0.text(1), bytes: $0.blob(2)))
        }
        var part = Rewrapped()
        for (id, sealed) in rows {
            let secret: [UInt8]
            do { secret = try keys.open(sealed, for: table.row(id)) } catch {
                part.unreadable += 1
                continue
            }
            let new = try keys.seal(secret, for: table.row(id))
            part.done += try tx.execute(table.replace(id, sealed, new))
        }
        return (part, rows.last?.id)
    }
}
