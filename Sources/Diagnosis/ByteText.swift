extension String {
    /// Whether the bytes of another text stand in this one; O(length) for usual words, and without looking at characters,
    /// which is what makes `contains` slow.
    ///
    /// Text that is composed in another way (é as one sign or two) counts as different.
    package func contains(bytesOf part: String) -> Bool {
        var (text, part) = (self, part)
        return text.withUTF8 { text in
            part.withUTF8 { part in
                guard let first = part.first else { return true }
                guard text.count >= part.count else { return false }
                for start in 0...(text.count - part.count) where text[start] == first {
                    if part.indices.dropFirst().allSatisfy({ text[start + $0] == part[$0] }) { return true }
                }
                return false
            }
        }
    }
}
