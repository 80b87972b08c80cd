package import Diagnosis

/// One kind of change to a subject.
///
/// A kind and its coding are frozen once released: a new shape is a new kind.
///
/// Bodies are coded by hand, so that a renamed Swift property cannot change what is stored for ever.
package protocol Fact: Equatable, Sendable {
    /// The name under which the change is stored: "case.opened".
    var kind: String { get }
    /// The change as it is stored.
    var body: JSON { get }
    /// The aspects that it edits; empty for what commutes with everything, such as a reply or a note.
    var edits: Set<Aspect> { get }
    /// The names of body fields that can hold somebody's words or personal data, and so can be erased.
    static var erasableFields: Set<String> { get }
    /// The change that was stored under `kind` with this body.
    init(kind: String, body: FactBody) throws
    /// What an aspect is called and holds after this change, where the subject itself does not say.
    func words(of aspect: Aspect) -> (label: String, value: String)?
}

extension Fact {
    /// Nothing: most subjects say it themselves.
    package func words(of aspect: Aspect) -> (label: String, value: String)? { nil }
}

/// A fact as the journal keeps it.
package struct Recorded<Body: Fact>: Sendable {
    /// Its place among all facts.
    package var sequence: Int64
    /// What it is about.
    package var subject: SubjectRef
    /// Its place among the facts of its subject.
    package var version: Version
    /// Who did it.
    package var actor: String
    /// When it was true in the world: earlier than `recordedAt` for imports and back-dated entries.
    package var occurredAt: Timestamp
    /// When we learnt it.
    package var recordedAt: Timestamp
    /// What changed.
    package var body: Body

    /// A recorded fact with all its parts.
    package init(
        sequence: Int64, subject: SubjectRef, version: Version, actor: String, occurredAt: Timestamp,
        recordedAt: Timestamp, body: Body
    ) {
        (self.sequence, self.subject, self.version, self.actor) = (sequence, subject, version, actor)
        (self.occurredAt, self.recordedAt, self.body) = (occurredAt, recordedAt, body)
    }
}

/// A thing that facts are about: nothing but the fold of its facts.
package protocol Subject: Sendable {
    /// The changes it can undergo.
    associatedtype Body: Fact
    /// The kind in its references.
    static var kind: String { get }
    /// The subject as its first fact makes it.
    init(first: Recorded<Body>)
    /// Takes in the next fact.
    mutating func apply(_ fact: Recorded<Body>)
}

extension Subject {
    /// The subject that these facts make, oldest first; nil without facts.
    ///
    /// O(facts).
    package static func replaying(_ facts: some Sequence<Recorded<Body>>) -> Self? {
        facts.reduce(into: nil as Self?) { state, fact in
            if state == nil { state = Self(first: fact) } else { state?.apply(fact) }
        }
    }
}

/// A stored fact that does not read as its kind says.
package struct FactProblem: Error, Equatable, CustomStringConvertible {
    /// What is wrong, for the log and for `verify`.
    package var description: String
    /// A problem in these words.
    package init(_ description: String) { self.description = description }
}

/// Reads the fields of a stored body.
///
/// A field that was erased reads as `erasedText`.
package struct FactBody: Sendable {
    /// Stands where somebody's words were erased.
    package static let erasedText = "[erased]"
    /// The name of the member that lists which fields were erased.
    package static let erasedMember = "_erased"

    /// The stored members.
    package let members: JSONObject
    private let erased: Set<String>

    /// Reads from these members.
    package init(_ members: JSONObject) {
        self.members = members
        erased = Set((members[Self.erasedMember]?.array ?? []).compactMap(\.string))
    }

    /// The text at `key`.
    package func text(_ key: String) throws -> String {
        if let text = members[key]?.string { return text }
        if erased.contains(key) { return Self.erasedText }
        throw FactProblem("the body has no text “\(key)”")
    }

    /// The text at `key`, or nil where there is none.
    package func optionalText(_ key: String) -> String? {
        members[key]?.string ?? (erased.contains(key) ? Self.erasedText : nil)
    }

    /// The whole number at `key`, or nil.
    package func integer(_ key: String) -> Int? { members[key]?.integer.map { Int($0) } }

    /// The number at `key`, or nil.
    package func double(_ key: String) -> Double? { members[key]?.double }

    /// The truth value at `key`, or nil.
    package func bool(_ key: String) -> Bool? { members[key]?.bool }

    /// The moment at `key`, stored as RFC 3339, or nil.
    package func time(_ key: String) -> Timestamp? { members[key]?.string.flatMap { Timestamp($0) } }

    /// The texts at `key`; empty where there are none.
    package func texts(_ key: String) -> [String] { (members[key]?.array ?? []).compactMap(\.string) }

    /// The members of the object at `key`, in order; empty where there are none.
    package func textPairs(_ key: String) -> [(key: String, value: String)] {
        (members[key]?.object?.members ?? []).compactMap { pair in
            pair.value.string.map { (key: pair.key, value: $0) }
        }
    }
}

extension JSON {
    /// An object of the members that have a value; the others are left out.
    package static func fields(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        var object = JSONObject()
        for (key, value) in members { if let value { object.members.append((key: key, value: value)) } }
        return .object(object)
    }
}
