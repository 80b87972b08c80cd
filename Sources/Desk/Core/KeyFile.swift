import Crypto
import Domain
import Foundation
import Storage

/// The file of the secret keys: a line a key, `ID BASE64`, 32 bytes each.
///
/// The first key is in use: it signs, seals and makes digests. The others still open and verify. A line that ends in
/// `retired` only verifies signatures of old checkpoints. Lines that begin with `#` are comments and stay.
package struct KeyFile: Sendable {
    /// One key as the file has it.
    package struct Entry: Sendable {
        /// What rows and checkpoints call it.
        package var id: String
        /// 32 bytes.
        var key: SymmetricKey
        /// Whether it only verifies signatures any more.
        package var isRetired: Bool
    }

    private enum Line: Sendable {
        case comment(String)
        case key(Entry)
    }

    /// Where it lies.
    package let path: String
    private var lines: [Line]

    /// The keys, the one in use first.
    package var entries: [Entry] {
        lines.compactMap { line in
            if case .key(let entry) = line { entry } else { nil }
        }
    }

    /// Reads the file.
    /// - Throws: `KeyProblem` where it is missing, others may read it, or a line is none; with the line's number.
    package init(reading path: String) throws {
        self.path = path
        try Self.refuseOpenDoors(path)
        guard let data = FileManager.default.contents(atPath: path),
            let text = String(validating: data, as: UTF8.self)
        else { throw KeyProblem("cannot read the key file \(path)") }
        lines = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
            guard let first = words.first, !first.hasPrefix("#") else {
                lines.append(.comment(String(line)))
                continue
            }
            guard (2...3).contains(words.count), let data = Data(base64Encoded: String(words[1])),
                data.count == 32, words.count == 2 || words[2] == "retired"
            else {
                throw KeyProblem(
                    "\(path), line \(index + 1): a key is written as ID and 32 bytes in base64, and “retired” after an old one"
                )
            }
            guard !entries.contains(where: { $0.id == first }) else {
                throw KeyProblem("\(path), line \(index + 1): the key “\(first)” stands here twice")
            }
            lines.append(
                .key(
                    Entry(
                        id: String(first), key: SymmetricKey(data: data), isRetired: words.count == 3)))
        }
        while case .comment("") = lines.last { lines.removeLast() }
        guard let used = entries.first else { throw KeyProblem("\(path) holds no key") }
        guard !used.isRetired else {
            throw KeyProblem("\(path): the first key, “\(used.id)”, is in use and cannot be retired")
        }
    }

    /// Makes the file with one new key.
    package init(making path: String) throws {
        self.path = path
        lines = []
        add(Self.newKey(), isUsed: true)
        try save()
    }

    /// Adds a key: the one in use from now on, or one that waits until all nodes know it.
    /// - Returns: its identifier.
    @discardableResult
    package mutating func addKey(isUsed: Bool) -> String { add(Self.newKey(), isUsed: isUsed) }

    @discardableResult
    private mutating func add(_ key: SymmetricKey, isUsed: Bool) -> String {
        let entry = Entry(id: Self.identifier(of: key), key: key, isRetired: false)
        lines.insert(.key(entry), at: isUsed ? firstKey : lines.endIndex)
        return entry.id
    }

    private var firstKey: Int {
        lines.firstIndex { if case .key = $0 { true } else { false } } ?? lines.endIndex
    }

    /// Puts a key that is there in use.
    package mutating func use(_ id: String) throws {
        let index = try index(of: id)
        guard case .key(let entry) = lines[index], !entry.isRetired else {
            throw KeyProblem("the key “\(id)” is retired and cannot be used again; add a new one")
        }
        lines.remove(at: index)
        lines.insert(.key(entry), at: firstKey)
    }

    /// Retires a key: it only verifies old signatures from now on.
    package mutating func retire(_ id: String) throws {
        let index = try index(of: id)
        guard index != firstKey else {
            throw KeyProblem("the key “\(id)” is in use; add another one first: thirdline key add")
        }
        guard case .key(var entry) = lines[index] else { return }
        entry.isRetired = true
        lines[index] = .key(entry)
    }

    private func index(of id: String) throws -> Int {
        let found = lines.firstIndex { line in
            if case .key(let entry) = line { entry.id == id } else { false }
        }
        guard let found else { throw KeyProblem("\(path) holds no key “\(id)”") }
        return found
    }

    /// Writes the file anew, so that at any moment either the old or the new one is there as a whole.
    package func save() throws {
        var text = ""
        for line in lines {
            switch line {
            case .comment(let words): text += words + "\n"
            case .key(let entry):
                let bytes = entry.key.withUnsafeBytes { Data($0).base64EncodedString() }
                text += "\(entry.id) \(bytes)\(entry.isRetired ? " retired" : "")\n"
            }
        }
        let draft = path + ".new"
        guard
            FileManager.default.createFile(
                atPath: draft, contents: Data(), attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: draft)
        else { throw KeyProblem("cannot write the key file \(path)") }
        do {
            try file.write(contentsOf: Data(text.utf8))
            try file.synchronize()
            try file.close()
        } catch { throw KeyProblem("cannot write the key file \(path)") }
        guard rename(draft, path) == 0 else { throw KeyProblem("cannot write the key file \(path)") }
    }

    private static func newKey() -> SymmetricKey { SymmetricKey(size: .bits256) }

    /// A name that follows from the key, so that a new key never bears the name of a lost one.
    private static func identifier(of key: SymmetricKey) -> String {
        let digest = HMAC<SHA256>.authenticationCode(for: Array("thirdline key identifier".utf8), using: key)
        return "k" + hex(Array(digest.prefix(4)))
    }

    private static func refuseOpenDoors(_ path: String) throws {
        // It is missing, or in a folder that cannot be read.
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
            throw KeyProblem("there is no key file \(path)")
        }
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            throw KeyProblem(
                "others than its owner may read or write the key file \(path) (mode \(String(mode, radix: 8))). Close it: chmod 600 \(path)"
            )
        }
    }
}

/// A key file that cannot be used.
package struct KeyProblem: Error, CustomStringConvertible {
    /// What is wrong with it.
    package var description: String
    init(_ description: String) { self.description = description }
}
