/// The keys met so far in one object.
///
/// A few are compared one by one; from many on a set keeps the time in proportion to the text.
struct JSONKeySet {
    private var set: Set<String> = []

    /// Notes `key`; false when `object` has it already.
    mutating func insert(_ key: String, into object: JSONObject) -> Bool {
        if object.members.count < 12 {
            for member in object.members where member.key == key { return false }
            return true
        }
        if set.isEmpty {
            for member in object.members { set.insert(member.key) }
        }
        return set.insert(key).inserted
    }
}
