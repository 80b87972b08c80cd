/// The members of a JSON object, in their order.
///
/// Lookup goes through the members one by one, which is quickest for the few that most objects have.
/// Two objects are equal when they have equal members, in whatever order.
public struct JSONObject: Sendable {
    /// The members in their order.
    ///
    /// Whoever edits this directly sees to it that no key appears twice.
    public var members: [(key: String, value: JSON)]

    /// Makes an object without members.
    public init() {
        members = []
    }

    /// Makes an object of `members`, whose keys must differ.
    public init(members: [(key: String, value: JSON)]) {
        self.members = members
    }

    /// The number of members.
    public var count: Int { members.count }

    /// Whether there is no member.
    public var isEmpty: Bool { members.isEmpty }

    /// The value of the member named `key`.
    ///
    /// Setting replaces the value where it stands or adds a member at the end; setting nil removes it.
    /// Takes time in proportion to the number of members.
    public subscript(key: String) -> JSON? {
        get {
            for member in members where member.key == key { return member.value }
            return nil
        }
        set {
            let index = members.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((key, value))
            case (nil, nil): break
            }
        }
    }
}

extension JSONObject: Sequence {
    /// Goes through the members in their order.
    public func makeIterator() -> IndexingIterator<[(key: String, value: JSON)]> {
        members.makeIterator()
    }

    /// The exact number of members.
    public var underestimatedCount: Int { members.count }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Makes an object whose members keep the order written; a key written twice keeps its last value.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }
}

extension JSONObject: Hashable {
    /// Compares members without regard to their order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.members.count == right.members.count else { return false }
        if left.members.elementsEqual(right.members, by: ==) { return true }
        let ordered = (
            left.members.sorted { $0.key < $1.key }, right.members.sorted { $0.key < $1.key }
        )
        return ordered.0.elementsEqual(ordered.1, by: ==)
    }

    /// Hashes the members so that their order does not count.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in members {
            var one = Hasher()
            one.combine(member.key)
            one.combine(member.value)
            sum &+= one.finalize()
        }
        hasher.combine(members.count)
        hasher.combine(sum)
    }
}
