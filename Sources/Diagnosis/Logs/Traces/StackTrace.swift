/// Where a program was when something went wrong.
public struct StackTrace: Sendable, Equatable {
    /// In whose notation a trace is written.
    public enum Language: String, Sendable {
        /// Java and Kotlin write alike.
        case java
        case python
        case javascript
        case go
        case dotnet
        case ruby
        case php
        case rust
        case swift
        /// C++, C and sanitizers.
        case native
    }

    /// One call.
    public struct Frame: Sendable, Equatable {
        /// The function with its class and package, without arguments.
        public var function: String
        /// The file as it is written, or empty.
        public var file: String
        /// The line in the file, where it is written.
        public var line: Int?
        /// Whether it belongs to neither the language's runtime nor a library.
        public var isOwn: Bool

        /// The frame as people write it: `function (file:line)`.
        public var text: String {
            if file.isEmpty { return function }
            let place = line.map { "\(file):\($0)" } ?? file
            return function.isEmpty ? place : "\(function) (\(place))"
        }
    }

    /// In whose notation it is written.
    public var language: Language
    /// The type of the error, such as `java.lang.NullPointerException`; `panic` in Go and Rust.
    public var type: String
    /// What the error says of itself.
    public var message: String
    /// The types of its causes, the deepest last.
    public var causes: [String]
    /// The calls, the innermost first.
    public var frames: [Frame]

    /// The innermost call of own code; of the deepest cause where it has frames.
    public var ownFrame: Frame? { frames.first { $0.isOwn } }

    /// A hash that survives other line numbers, messages, addresses and generated names.
    ///
    /// It covers the types of the error and its causes, and the functions of own code, or of all code where
    /// none is known to be own; a version of the rules goes into it.
    public var fingerprint: UInt64 {
        var hash = StableHash.mix(0x57AC, 1)
        hash = StableHash.mix(hash, StableHash.text(FrameName.normal(type)))
        for cause in causes { hash = StableHash.mix(hash, StableHash.text(FrameName.normal(cause))) }
        let own = frames.filter(\.isOwn)
        for frame in (own.isEmpty ? frames : own).prefix(8) {
            let name = frame.function.isEmpty ? frame.file : frame.function
            hash = StableHash.mix(hash, StableHash.text(FrameName.normal(name)))
        }
        return hash
    }

    /// The fingerprint as sixteen hexadecimal digits.
    public var id: String { TemplateText.name(ofID: fingerprint) }

    /// The type without its package.
    public var shortType: String {
        let bytes = type.utf8
        if let dot = bytes.lastIndex(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "\\") }) {
            return String(type[type.index(after: dot)...])
        }
        return type
    }
}

/// Names of functions and types without what differs from build to build.
enum FrameName {
    /// The name without generated numbers, addresses, hashes and generic arguments.
    static func normal(_ name: String) -> String {
        var result: [UInt8] = []
        let bytes = Array(name.utf8)
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            // Rust's hash at the end of a path: ::h0123456789abcdef.
            if byte == UInt8(ascii: "h"), at >= 2, bytes[at - 1] == UInt8(ascii: ":"), bytes.count - at == 17,
                bytes[(at + 1)...].allSatisfy(\.isHexDigit)
            {
                break
            }
            if byte == UInt8(ascii: "0"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "x") {
                at += 2
                while at < bytes.count, bytes[at].isHexDigit { at += 1 }
                continue
            }
            if byte.isDigit {
                // A number behind a letter may be part of a name (sha256, utf8): kept when it is short and alone.
                var end = at
                while end < bytes.count, bytes[end].isDigit { end += 1 }
                let isName = at > 0 && bytes[at - 1].isLetter && end - at <= 3
                if isName { result.append(contentsOf: bytes[at..<end]) } else { result.append(0x23) }
                at = end
                continue
            }
            result.append(byte)
            at += 1
        }
        return String(decoding: result, as: UTF8.self)
    }
}

/// Tells the code of runtimes and widespread libraries from a team's own.
public struct CodeOwnership: Sendable {
    /// Beginnings of names or parts of paths that are own code, whatever else is known.
    public var own: [String]

    /// Makes rules; `own` names beginnings of packages or parts of paths, such as `com.example.`.
    public init(own: [String] = []) { self.own = own }

    private static let packages = [
        "java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "groovy.",
        "android.", "androidx.", "dalvik.", "org.springframework.", "org.apache.", "org.hibernate.",
        "org.eclipse.", "org.jboss.", "org.junit.", "org.slf4j.", "ch.qos.logback.", "io.netty.",
        "io.micrometer.", "io.grpc.", "io.vertx.", "io.quarkus.", "io.undertow.", "reactor.", "com.zaxxer.",
        "com.google.", "com.fasterxml.", "com.mysql.", "org.postgresql.", "oracle.", "net.sf.", "okhttp3.",
        "retrofit2.", "akka.", "org.glassfish.", "com.netflix.", "redis.clients.", "org.mongodb.",
        "com.mongodb.", "feign.", "freemarker.", "lombok.", "net.bytebuddy.",
        "System.", "Microsoft.", "Newtonsoft.", "MySql.", "Npgsql.", "Serilog.", "Castle.", "Autofac.",
        "core::", "std::", "alloc::", "tokio::", "hyper::", "futures", "<core::", "<alloc::", "<std::",
        "rust_begin_unwind", "__rust", "backtrace::", "_start", "start_thread", "__libc", "clone", "raise",
        "abort", "main_loop", "__GI_", "__cxa", "__asan", "__interceptor", "_Unwind", "swift_", "$ss",
        "Swift.", "Swift runtime failure",
        "Foundation.", "_dispatch", "libswift", "BaseThreadInitThunk", "RtlUserThreadStart", "ntdll",
        "kernel32",
        "runtime.", "reflect.", "sync.", "net/http.", "database/sql.", "encoding/", "syscall.", "testing.",
        "created by ", "Illuminate\\", "Symfony\\", "Doctrine\\", "Composer\\", "Laravel\\", "Guzzle",
        "Monolog\\", "PDO", "{main}", "[internal function]", "process.", "Module.", "Object.Module", "node:",
    ]

    private static let paths = [
        "site-packages/", "dist-packages/", "/lib/python", "\\lib\\site-packages", "<frozen ", "<string>",
        "node_modules/", "node:", "internal/", "webpack/bootstrap", "/gems/", "/ruby/", "<internal:",
        "/vendor/",
        "/pkg/mod/", "/usr/local/go/", "/usr/lib/go", "/go/src/runtime/", "/go/src/net/", "/rustc/",
        "/.cargo/",
        "/usr/lib/", "/usr/include/", "/build/glibc", "../sysdeps", "../nptl", "../csu", "libc.so",
        "libpthread",
        "/.build/checkouts/", "/usr/local/lib/", "\\Framework\\", "<anonymous>", "bundler", "rack-",
    ]

    /// Whether a call is one of own code.
    func isOwn(function: String, file: String) -> Bool {
        for name in own where !name.isEmpty {
            if function.hasPrefix(name) || file.contains(bytesOf: name) { return true }
        }
        if !own.isEmpty { return false }
        for name in Self.packages where function.hasPrefix(name) { return false }
        for part in Self.paths where file.contains(bytesOf: part) { return false }
        return true
    }
}
