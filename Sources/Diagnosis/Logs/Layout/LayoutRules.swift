/// The shares of lines from which a column is taken for a part of the head.
struct LayoutRules: Sendable {
    /// A stamp, level or delimiter in the same column of this share of lines closes all columns before it.
    var anchor = 0.9
    /// A tag in the same column of this share closes the words before it.
    var tag = 0.8
    /// The same lone sign in this share of lines closes all before it.
    var sign = 0.95
    /// A field that starts at one place in this share of lines, whatever the width before it.
    var padding = 0.97
    /// The least lines that decide anything.
    var support = 20
}
