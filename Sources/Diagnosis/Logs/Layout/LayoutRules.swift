/// The shares of lines from which a column is taken for a part of the head.
struct LayoutRules: Sendable {
    /// A stamp, level or delimiter in the same column of this share of lines closes all columns before it.
    var anchor = 0.9
    /// The same for a level some columns behind a tag, where messages begin as a rule.
    var anchorBehindTag = 0.98
    /// A tag in the same column of this share closes the words before it.
    var tag = 0.8
    /// The same lone sign in this share of lines closes all before it.
    var sign = 0.95
    /// A field that starts at one place in this share of lines, whatever the width before it.
    var padding = 0.97
    /// Square brackets in the same column of this share close the words before them.
    var bracket = 0.95
    /// A column is context, not message, when this share of the lines whose rest is frequent have a rest
    /// that stands behind several of the column's values.
    var independence = 0.9
    /// How many frequent rests that takes.
    var rests = 6
    /// How many lines a frequent rest has.
    var frequent = 4
    /// The share of lines that must have a frequent rest.
    var coverage = 0.3
    /// Names with dots inside in this share of the lines of a column are loggers or files.
    var dotted = 0.95
    /// The least lines that decide anything.
    var support = 20
}
