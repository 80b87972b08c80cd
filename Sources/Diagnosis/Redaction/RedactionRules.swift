/// Which rules are applied: built-in ones by kind, and the caller's own.
///
/// Cheap to copy. The built-in patterns are compiled once a process.
public struct RedactionRules: Sendable {
    /// The rule of a caller: whatever matches an expression is redacted.
    public struct Custom: Hashable, Sendable {
        /// The name, in reports.
        public var name: String
        /// The expression, in the part of Perl's syntax that Hyperscan understands: no look-around, no back-
        /// references.
        ///
        /// It never matches beyond a line. The expression, in the part of Perl's syntax that Hyperscan
        /// understands: no look-around, no back- references. The expression, in the part of Perl's syntax
        /// that Hyperscan understands: no look-around, no back- references. The expression, in the part of
        /// Perl's syntax that Hyperscan understands: no look-around, no back- references. The expression, in
        /// the part of Perl's syntax that Hyperscan understands: no look-around, no back- references. The
        /// expression, in the part of Perl's syntax that Hyperscan understands: no look-around, no back-
        /// references. The expression, in the part of Perl's syntax that Hyperscan understands: no look-
        /// around, no back- references. The expression, in the part of Perl's syntax that Hyperscan
        /// understands: no look-around, no back- references. The expression, in the part of Perl's syntax
        /// that Hyperscan understands: no look-around, no back- references. The expression, in the part of
        /// Perl's syntax that Hyperscan understands: no look-around, no back- references. The expression, in
        /// the part of Perl's syntax that Hyperscan understands: no look-around, no back- references. The
        /// expression, in the part of Perl's syntax that Hyperscan understands: no look-around, no back-
        /// references. The expression, in the part of Perl's syntax that Hyperscan understands: no look-
        /// around, no back- references. The expression, in the part of Perl's syntax that Hyperscan
        /// understands: no look-around, no back- references. The expression, in the part of Perl's syntax
        /// that Hyperscan understands: no look-around, no back- references. The expression, in the part of
        /// Perl's syntax that Hyperscan understands: no look-around, no back- references. The expression, in
        /// the part of Perl's syntax that Hyperscan understands: no look-around, no back- references. The
        /// expression, in the part of Perl's syntax that Hyperscan understands: no look-around, no back-
        /// references. The expression, in the part of Perl's syntax that Hyperscan understands: no look-
        /// around, no back- references. The expression, in the part of Perl's syntax that Hyperscan
        /// understands: no look-around, no back- references. The expression, in the part of Perl's syntax
        /// that Hyperscan understands: no look-around, no back- references. The expression, in the part of
        /// Perl's syntax that Hyperscan understands: no look-around, no back- references. The expression, in
        /// the part of Perl's syntax that Hyperscan understands: no look-around, no back- references. The
        /// expression, in the part of Perl's syntax that Hyperscan understands: no look-around, no back-
        /// references. The expression, in the part of Perl's syntax that Hyperscan understands: no look-
        /// around, no back- references. The expression, in the part of Perl's syntax that Hyperscan
        /// understands: no look-around, no back- references. The expression, in the part of Perl's syntax
        /// that Hyperscan understands: no look-around, no back- references. The expression, in the part of
        /// Perl's syntax that Hyperscan understands: no look-around, no back- references. The expression, in
        /// the part of Perl's syntax that Hyperscan understands: no look-around, no back- references. The
        /// expression, in the part of Perl's syntax that Hyperscan understands: no look-around, no back-
        /// references. The expression, in the part of Perl's syntax that Hyperscan understands: no look-
        /// around, no back- references.
        public var expression: String
        /// Whether letters match whatever their case.
        public var isCaseless: Bool

        /// Makes a rule.
        public init(name: String, expression: String, isCaseless: Bool = false) {
            self.name = name
            self.expression = expression
            self.isCaseless = isCaseless
        }
    }

    /// Why rules cannot be used.
    public enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// An expression is not understood; the offset counts its bytes from zero, where it is known.
        case badExpression(name: String, expression: String, message: String, offset: Int?)
        /// An expression matches the empty text, and so everywhere.
        case matchesNothing(name: String, expression: String)
        /// The machine's processor or memory does not allow the matcher.
        case unavailable(String)

        /// A sentence for people.
        public var description: String {
            switch self {
            case .badExpression(let name, let expression, let message, let offset):
                let place = offset.map { " at character \($0 + 1)" } ?? ""
                return "The rule “\(name)” is not understood\(place): \(message) (\(expression))"
            case .matchesNothing(let name, let expression):
                return
                    "The rule “\(name)” would match everywhere, as it matches no text at all (\(expression))."
            case .unavailable(let reason): return "The pattern matcher cannot be used here: \(reason)"
            }
        }
    }

    /// The kinds whose built-in rules are applied.
    public let kinds: Set<RedactionKind>
    /// The rules, as spans number them.
    let rules: [RedactionRule]
    /// For each rule its kind.
    let kindOfRule: [RedactionKind]
    /// For each rule whether it is applied.
    let isApplied: [Bool]
    let builtIn: PatternDatabase
    let custom: PatternDatabase?

    /// Makes a set of rules.
    ///
    /// - Throws: `Problem` for an expression that cannot be used, naming the rule and the place.
    public init(
        kinds: Set<RedactionKind> = Set(RedactionKind.allCases), custom: [Custom] = []
    ) throws(Problem) {
        self.kinds = kinds
        switch PatternDatabase.builtIn {
        case .success(let database): builtIn = database
        case .failure(let problem): throw .unavailable(problem.message)
        }
        let own = custom.map { RedactionRule(name: $0.name, kind: .custom) }
        rules = Self.builtInRules + own
        kindOfRule = rules.map(\.kind)
        isApplied = rules.map { $0.kind == .custom || kinds.contains($0.kind) }
        self.custom = try Self.compile(custom)
    }

    /// All built-in rules.
    public static let builtInRules: [RedactionRule] =
        BuiltInRule.allCases.map(\.rule) + FixedShape.all.map { RedactionRule(name: $0.name, kind: $0.kind) }

    /// The expressions that the matcher looks for, in Hyperscan's syntax, and whether case matters.
    ///
    /// With them anybody can measure what the bare matcher takes for the same work.
    public static var patterns: [(expression: String, isCaseless: Bool)] {
        Anchor.all.map { (expression: $0.expression, isCaseless: $0.isCaseless) }
    }

    private static func compile(_ custom: [Custom]) throws(Problem) -> PatternDatabase? {
        guard !custom.isEmpty else { return nil }
        let patterns = custom.map {
            PatternDatabase.Pattern(expression: $0.expression, isCaseless: $0.isCaseless)
        }
        do throws(PatternDatabase.Problem) {
            return try PatternDatabase(patterns, findsStarts: true)
        } catch {
            let rule = custom[error.pattern ?? 0]
            // Hyperscan says so, and nothing else of what it says begins like this.
            if error.message.hasPrefix("Pattern matches empty buffer") {
                throw .matchesNothing(name: rule.name, expression: rule.expression)
            }
            throw .badExpression(
                name: rule.name, expression: rule.expression, message: error.message,
                offset: offset(in: error.message))
        }
    }

    /// The number behind “index” in a message of Hyperscan's.
    private static func offset(in message: String) -> Int? {
        guard let place = message.utf8.lastIndex(of: UInt8(ascii: "x")) else { return nil }
        let head = message[...place]
        guard head.hasSuffix("index") else { return nil }
        return Int(message[message.index(after: place)...].filter(\.isNumber))
    }
}
