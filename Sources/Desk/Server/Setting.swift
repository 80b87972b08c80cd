import Domain
import Foundation
import Logging
import Yams

/// One thing that an installation can be told besides policy: by flag, by environment or by file, in that order.
///
/// The raw value is its name in the file; flag and environment follow from it.
package enum Setting: String, CaseIterable, Sendable {
    case data, database
    case keyFile = "key_file"
    case evidenceFolder = "evidence_folder"
    case listen
    case publicURL = "public_url"
    case trustedProxies = "trusted_proxies"
    case passwordCost = "password_cost"
    case log
    case allowWeakDurability = "allow_weak_durability"

    /// "THIRDLINE_PUBLIC_URL".
    package var environment: String { "THIRDLINE_" + rawValue.uppercased() }
    /// "--public-url".
    package var flag: String { "--" + rawValue.replacing("_", with: "-") }

    /// What it is for, as the guide and the command line say it.
    package var meaning: String {
        switch self {
        case .data: "the folder of the data, made for its owner alone"
        case .database: "a PostgreSQL database, postgres://USER@HOST/NAME"
        case .keyFile: "the file with the secret keys"
        case .evidenceFolder: "the folder of evidence; nodes of one installation share it"
        case .listen: "HOST:PORT to listen on; port 0 takes a free one"
        case .publicURL: "the address that people use; with https://, cookies are only sent over TLS"
        case .trustedProxies:
            "addresses of reverse proxies, separated by commas, whose X-Forwarded-For is believed"
        case .passwordCost: "work of a password hash: log2 of scrypt's N, 10 to 20"
        case .log: "how much is logged: trace, debug, info, notice, warning, error or critical"
        case .allowWeakDurability: "true to use a database server that may lose confirmed writes"
        }
    }

    /// What holds where nothing is said.
    package var fallback: String {
        switch self {
        case .data: "data"
        case .database: "SQLite, thirdline.db in the folder of the data"
        case .keyFile: "thirdline.keys in the folder of the data"
        case .evidenceFolder: "evidence in the folder of the data"
        case .listen: "127.0.0.1:8080"
        case .publicURL: "the address listened on, plain HTTP"
        case .trustedProxies: "nobody's word is taken"
        case .passwordCost: "15"
        case .log: "notice"
        case .allowWeakDurability: "refused"
        }
    }
}

/// What was said about an installation, and where each word came from.
package struct Settings: Sendable {
    /// A value and where it was said: "--listen", "THIRDLINE_LISTEN" or "thirdline.yaml, line 3".
    package struct Said: Equatable, Sendable {
        /// As written.
        package var text: String
        /// Where.
        package var origin: String
    }

    private var said: [Setting: Said] = [:]

    /// What flags, environment and file say together.
    /// - Parameter file: the file's path; nil for the one that `THIRDLINE_CONFIG` names, and none where that is unset.
    /// - Throws: a refusal that names file and line of every key that is not one.
    package init(
        flags: [Setting: String] = [:], environment: [String: String] = [:], file: String? = nil
    ) throws {
        let named = environment["THIRDLINE_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        if let path = file ?? named { said = try Self.read(file: path) }
        for setting in Setting.allCases {
            if let text = environment[setting.environment], !text.isEmpty {
                said[setting] = Said(text: text, origin: setting.environment)
            }
            if let text = flags[setting] { said[setting] = Said(text: text, origin: setting.flag) }
        }
    }

    /// What was said of a setting; nil where its fallback holds.
    package subscript(_ setting: Setting) -> String? { said[setting]?.text }

    /// Names in the environment that look like settings and are none, each with the name that was probably meant.
    package static func strangers(in environment: [String: String]) -> [(name: String, meant: String)] {
        let known = Setting.allCases.map(\.environment) + ["THIRDLINE_CONFIG"]
        return environment.keys.filter { $0.hasPrefix("THIRDLINE_") && !known.contains($0) }.sorted()
            .compactMap { name in
                let names = known.map { String($0.dropFirst(10)) }
                return nearest(to: String(name.dropFirst(10)), in: names).map { (name, "THIRDLINE_" + $0) }
            }
    }

    // MARK: File

    private static func read(file path: String) throws -> [Setting: Said] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Refusal(.notFound, "no_settings_file", "There is no file \(path) with settings.")
        }
        let name = URL(fileURLWithPath: path).lastPathComponent
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Refusal(.invalid, "bad_settings", "\(name) is not UTF-8 text.")
        }
        do {
            guard let node = try Yams.compose(yaml: text), let config = PolicyText.configNode(node) else {
                return [:]
            }
            return try read(config, name)
        } catch let error as YamlError {
            throw refusal([PolicyText.problem(error)], name)
        }
    }

    private static func read(_ config: ConfigNode, _ name: String) throws -> [Setting: Said] {
        guard case .mapping(let members) = config.value else {
            throw refusal(
                [ConfigProblem(line: config.line, key: "document", message: "must be a set of keys")], name)
        }
        var said: [Setting: Said] = [:]
        var problems: [ConfigProblem] = []
        for member in members {
            guard let setting = Setting(rawValue: member.key) else {
                let near = nearest(to: member.key, in: Setting.allCases.map(\.rawValue))
                let hint = near.map { "; did you mean “\($0)”?" } ?? ""
                problems.append(
                    ConfigProblem(line: member.line, key: member.key, message: "is not a setting\(hint)"))
                continue
            }
            guard let text = scalar(member.node) else {
                problems.append(ConfigProblem(line: member.line, key: member.key, message: "must be text"))
                continue
            }
            said[setting] = Said(text: text, origin: "\(name), line \(member.line)")
        }
        guard problems.isEmpty else { throw refusal(problems, name) }
        return said
    }

    /// A value as text; a list as its items with commas between.
    private static func scalar(_ node: ConfigNode) -> String? {
        switch node.value {
        case .scalar(let text): return text
        case .sequence(let items):
            let texts = items.compactMap { item in
                if case .scalar(let text) = item.value { text } else { nil as String? }
            }
            return texts.count == items.count ? texts.joined(separator: ",") : nil
        case .mapping: return nil
        }
    }

    private static func refusal(_ problems: [ConfigProblem], _ name: String) -> Refusal {
        let lines = problems.map { "\(name), line \($0.line): “\($0.key)” \($0.message)." }
        return Refusal(.invalid, "bad_settings", lines.joined(separator: "\n"))
    }

    // MARK: Values

    private func wrong(_ setting: Setting, _ right: String) -> Refusal {
        let said = said[setting]
        return Refusal(
            .invalid, "bad_setting",
            "\(said?.origin ?? setting.rawValue): “\(said?.text ?? "")” is not \(right).")
    }

    /// The installation that was meant.
    package func installation() throws -> Installation {
        var installation = Installation(
            folder: self[.data] ?? Setting.data.fallback, databaseURL: self[.database],
            keyFile: self[.keyFile])
        installation.evidenceFolder = self[.evidenceFolder]
        installation.allowsWeakDurability = try flag(.allowWeakDurability)
        if let text = self[.passwordCost] {
            guard let cost = Int(text), (10...20).contains(cost) else {
                throw wrong(.passwordCost, "a whole number between 10 and 20")
            }
            installation.settings.passwordCost = cost
        }
        if let text = self[.publicURL] {
            guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host() != nil,
                ["", "/"].contains(url.path())
            else { throw wrong(.publicURL, "an address such as https://support.example.com") }
            installation.settings.publicURL = text.hasSuffix("/") ? String(text.dropLast()) : text
        }
        installation.settings.trustedProxies = Set(
            (self[.trustedProxies] ?? "").split { $0 == "," || $0 == " " }.map(String.init))
        return installation
    }

    private func flag(_ setting: Setting) throws -> Bool {
        guard let text = self[setting] else { return false }
        switch text.lowercased() {
        case "true", "1", "yes": return true
        case "false", "0", "no": return false
        default: throw wrong(setting, "true or false")
        }
    }

    /// Where to listen.
    package func listen() throws -> (host: String, port: Int) {
        let address = self[.listen] ?? Setting.listen.fallback
        guard let colon = address.lastIndex(of: ":"), let port = Int(address[address.index(after: colon)...]),
            (0...65_535).contains(port), colon > address.startIndex
        else { throw wrong(.listen, "HOST:PORT, such as 127.0.0.1:8080") }
        let host = address[..<colon].filter { $0 != "[" && $0 != "]" }
        return (String(host), port)
    }

    /// How much is logged.
    package func logLevel() throws -> Logger.Level {
        guard let text = self[.log] else { return .notice }
        guard let level = Logger.Level(rawValue: text.lowercased()) else {
            throw wrong(.log, "trace, debug, info, notice, warning, error or critical")
        }
        return level
    }
}
