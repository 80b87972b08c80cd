import CHyperscan
import Glibc

/// Patterns that Hyperscan looks for at once.
///
/// Compiled in about a tenth of a second, never changed afterwards, and shared by all streams of a process.
// Hyperscan's documentation allows any number of threads to scan with one database; what a scan writes to
// is the scratch space, of which every stream has its own. So sharing the pointer is safe.
final class PatternDatabase: @unchecked Sendable {
    /// The patterns of the built-in rules.
    static let builtIn: Result<PatternDatabase, Problem> = Result {
        () throws(Problem) in
        try PatternDatabase(
            Anchor.all.map { Pattern(expression: $0.expression, isCaseless: $0.isCaseless) },
            findsStarts: false)
    }

    /// One expression in Hyperscan's syntax.
    struct Pattern {
        var expression: String
        var isCaseless = false
    }

    /// Why patterns could not be compiled.
    struct Problem: Error, Hashable {
        /// Which pattern it was, if it was one alone.
        var pattern: Int?
        var message: String
    }

    private let database: OpaquePointer

    /// Compiles patterns; a pattern's identifier is its position.
    ///
    /// - Parameter findsStarts: whether matches say where they begin, which halves the speed.
    init(_ patterns: [Pattern], findsStarts: Bool) throws(Problem) {
        let expressions = patterns.map { strdup($0.expression) }
        defer { for expression in expressions { free(expression) } }
        let flags = patterns.map { pattern in
            UInt32(pattern.isCaseless ? HS_FLAG_CASELESS : 0) | UInt32(findsStarts ? HS_FLAG_SOM_LEFTMOST : 0)
        }
        let identifiers = patterns.indices.map { UInt32($0) }
        var found: OpaquePointer?
        var failure: UnsafeMutablePointer<hs_compile_error_t>?
        let pointers = expressions.map { UnsafePointer($0) }
        let code = hs_compile_multi(
            pointers, flags, identifiers, UInt32(patterns.count), UInt32(HS_MODE_BLOCK), nil, &found, &failure
        )
        guard code == HS_SUCCESS, let found else {
            let place = failure.map { Int($0.pointee.expression) } ?? -1
            let message =
                failure.map { String(cString: $0.pointee.message) } ?? "Hyperscan gave the code \(code)."
            hs_free_compile_error(failure)
            throw Problem(pattern: place >= 0 ? place : nil, message: message)
        }
        database = found
    }

    deinit { hs_free_database(database) }

    /// Space for scans of one thread at a time.
    func makeScratch() -> Scratch? {
        var scratch: OpaquePointer?
        guard hs_alloc_scratch(database, &scratch) == HS_SUCCESS, let scratch else { return nil }
        return Scratch(pointer: scratch)
    }

    /// What a scan writes to while it runs.
    final class Scratch {
        fileprivate let pointer: OpaquePointer

        fileprivate init(pointer: OpaquePointer) { self.pointer = pointer }

        deinit { hs_free_scratch(pointer) }
    }

    /// A place where a pattern was found.
    struct Match {
        var pattern: UInt32
        /// The offset behind its last byte, from the beginning of what was scanned.
        var end: UInt32
        /// The offset of its first byte, where the database finds starts, else zero.
        var start: UInt32
    }

    /// Scans up to 4 GB of bytes and appends what is found.
    func scan(_ bytes: UnsafeBufferPointer<UInt8>, scratch: Scratch, into matches: inout [Match]) {
        bytes.withMemoryRebound(to: CChar.self) { characters in
            withUnsafeMutablePointer(to: &matches) { list in
                _ = hs_scan(
                    database, characters.baseAddress, UInt32(characters.count), 0, scratch.pointer,
                    { pattern, start, end, _, context in
                        context?.assumingMemoryBound(to: [Match].self).pointee.append(
                            Match(
                                pattern: pattern, end: UInt32(truncatingIfNeeded: end),
                                start: UInt32(truncatingIfNeeded: start)))
                        return 0
                    }, list)
            }
        }
    }

    /// Counts what is found and does nothing else: what a scan alone costs.
    func count(_ bytes: UnsafeBufferPointer<UInt8>, scratch: Scratch) -> Int {
        var count = 0
        bytes.withMemoryRebound(to: CChar.self) { characters in
            _ = hs_scan(
                database, characters.baseAddress, UInt32(characters.count), 0, scratch.pointer,
                { _, _, _, _, context in
                    context?.assumingMemoryBound(to: Int.self).pointee += 1
                    return 0
                }, &count)
        }
        return count
    }
}

/// How long the matches of an expression are.
enum ExpressionWidth {
    /// The width of an expression whose matches are all equally long.
    static func of(_ expression: String) -> Int {
        var information: UnsafeMutablePointer<hs_expr_info_t>?
        var failure: UnsafeMutablePointer<hs_compile_error_t>?
        defer {
            free(information)
            hs_free_compile_error(failure)
        }
        guard hs_expression_info(expression, 0, &information, &failure) == HS_SUCCESS, let information else {
            preconditionFailure("the expression \(expression) is not one of Hyperscan's")
        }
        precondition(
            information.pointee.min_width == information.pointee.max_width,
            "matches of \(expression) are not equally long")
        return Int(information.pointee.max_width)
    }

    /// The longest match of an expression, or nil where there is no limit.
    static func longest(_ expression: String) -> Int? {
        var information: UnsafeMutablePointer<hs_expr_info_t>?
        var failure: UnsafeMutablePointer<hs_compile_error_t>?
        defer {
            free(information)
            hs_free_compile_error(failure)
        }
        guard hs_expression_info(expression, 0, &information, &failure) == HS_SUCCESS, let information else {
            return nil
        }
        return information.pointee.max_width == .max ? nil : Int(information.pointee.max_width)
    }
}
