import Domain
import Foundation
import Logging
import Web
import Yams

/// One thing that an installation can be told besides policy: by flag, by environment or by file, in that order.
///
/// The raw value is its name in the file; flag and environment follow from it.
package enum Setting: String, CaseIterable, Sendable {
    case data, database
    case keyFile = "key_file"
    case evidenceFolder = "evidence_folder"
    case evidenceBucket = "evidence_bucket"
    case s3Endpoint = "s3_endpoint"
    case s3Region = "s3_region"
    case s3AccessKey = "s3_access_key"
    case s3SecretKeyFile = "s3_secret_key_file"
    case listen
    case tlsCertificate = "tls_certificate"
    case tlsKey = "tls_key"
    case publicURL = "public_url"
    case trustedProxies = "trusted_proxies"
    case idleTimeout = "idle_timeout"
    case stallTimeout = "stall_timeout"
    case connections
    case metricsToken = "metrics_token"
    case passwordCost = "password_cost"
    case log
    case allowWeakDurability = "allow_weak_durability"
    case smtpURL = "smtp_url"
    case smtpUser = "smtp_user"
    case smtpPasswordFile = "smtp_password_file"
    case imapURL = "imap_url"
    case imapUser = "imap_user"
    case imapPasswordFile = "imap_password_file"
    case imapSeconds = "imap_seconds"
    case mailTLS = "mail_tls"
    case mailCAFile = "mail_ca_file"
    case backupFolder = "backup_folder"
    case backupHours = "backup_hours"
    case backupTime = "backup_time"
    case backupKeep = "backup_keep"
    case backupPassphraseFile = "backup_passphrase_file"

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
        case .evidenceBucket:
            "s3://BUCKET or s3://BUCKET/PREFIX to keep evidence in S3-compatible storage; the folder of evidence then only holds what is on its way"
        case .s3Endpoint: "the address of the S3-compatible storage"
        case .s3Region: "the region that requests to it are signed for"
        case .s3AccessKey: "the ID of the access key for it"
        case .s3SecretKeyFile: "a file whose first line is the secret access key for it"
        case .listen: "HOST:PORT to listen on; port 0 takes a free one"
        case .tlsCertificate:
            "the certificate to serve HTTPS with, and its chain, in PEM; taken over anew when it changes"
        case .tlsKey: "the private key of the certificate, in PEM without a passphrase"
        case .publicURL: "the address that people use; with https://, cookies are only sent over TLS"
        case .trustedProxies:
            "addresses of reverse proxies, separated by commas, whose X-Forwarded-For is believed"
        case .idleTimeout: "seconds after which a connection is closed on which nobody asks for anything"
        case .stallTimeout:
            "seconds after which whoever sends or reads fewer than \(ConnectionPace.leastRate) bytes a second is cut off"
        case .connections: "the most connections at once; more wait"
        case .metricsToken: "what a program says as bearer token to read /metrics from another machine"
        case .passwordCost: "work of a password hash: log2 of scrypt's N, 10 to 20"
        case .log: "how much is logged: trace, debug, info, notice, warning, error or critical"
        case .allowWeakDurability: "true to use a database server that may lose confirmed writes"
        case .smtpURL: "the server that takes outgoing mail, such as smtp://mx.example.com:587 or smtps://..."
        case .smtpUser: "the name to sign in with there"
        case .smtpPasswordFile: "a file whose first line is the password for it"
        case .imapURL: "the mailbox that is read, such as imaps://mx.example.com/INBOX"
        case .imapUser: "the name to sign in with there"
        case .imapPasswordFile: "a file whose first line is the password for it"
        case .imapSeconds: "seconds between two looks into the mailbox, 1 to 86400"
        case .mailTLS: "false to speak with these servers in the clear, such as on this machine"
        case .mailCAFile: "authorities, in PEM, that their certificates are held against"
        case .backupFolder:
            "the folder in which the server makes backups by itself, each restored and verified"
        case .backupHours: "hours between two scheduled backups, 1 to 720"
        case .backupTime: "the time of day in UTC, HH:MM, from which the hours are counted"
        case .backupKeep: "how many scheduled backups are kept, 1 to 1000"
        case .backupPassphraseFile: "a file whose first line encrypts scheduled backups"
        }
    }

    /// What holds where nothing is said.
    package var fallback: String {
        switch self {
        case .data: "data"
        case .database: "SQLite, thirdline.db in the folder of the data"
        case .keyFile: "thirdline.keys in the folder of the data"
        case .evidenceFolder: "evidence in the folder of the data"
        case .evidenceBucket: "evidence is kept in the folder"
        case .s3Endpoint: "AWS_ENDPOINT_URL_S3, or that of AWS for the region"
        case .s3Region: "AWS_REGION, or us-east-1"
        case .s3AccessKey: "AWS_ACCESS_KEY_ID"
        case .s3SecretKeyFile: "AWS_SECRET_ACCESS_KEY"
        case .listen: "127.0.0.1:8080"
        case .tlsCertificate, .tlsKey: "plain HTTP"
        case .publicURL: "the address listened on"
        case .trustedProxies: "nobody's word is taken"
        case .idleTimeout: "60"
        case .stallTimeout: "30"
        case .connections: "12000"
        case .metricsToken: "/metrics answers this machine alone"
        case .passwordCost: "15"
        case .log: "notice"
        case .allowWeakDurability: "refused"
        case .smtpURL: "this node sends no mail"
        case .imapURL: "this node reads no mailbox"
        case .smtpUser, .imapUser, .smtpPasswordFile, .imapPasswordFile: "nobody signs in"
        case .imapSeconds: "60"
        case .mailTLS: "true"
        case .mailCAFile: "those of the system"
        case .backupFolder: "no scheduled backups"
        case .backupHours: "24"
        case .backupTime: "02:00"
        case .backupKeep: "7"
        case .backupPassphraseFile: "not encrypted"
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
    /// The environment, for names of it that are not ours.
    private let environment: [String: String]

    /// What flags, environment and file say together.
    /// - Parameter file: the file's path; nil for the one that `THIRDLINE_CONFIG` names, and none where that is unset.
    /// - Throws: a refusal that names file and line of every key that is not one.
    package init(
        flags: [Setting: String] = [:], environment: [String: String] = [:], file: String? = nil
    ) throws {
        self.environment = environment
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
        let known = Setting.allCases.map(\.environment) + ["THIRDLINE_CONFIG", "THIRDLINE_BACKUP_PASSPHRASE"]
        return environment.keys.filter { $0.hasPrefix("THIRDLINE_") && !known.contains($0) }.sorted()
            .compactMap { name in
                let names = known.map { String($0.dropFirst(10)) }
                return nearest(to: String(name.dropFirst(10)), in: names).map { (name, "THIRDLINE_" + $0) }
            }
    }

    /// The passphrase that is the first line of a file.
    package static func passphrase(inFile path: String) throws -> String {
        try firstLine(ofFile: path, "passphrase", code: "no_passphrase_file")
    }

    private static func firstLine(ofFile path: String, _ what: String, code: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path),
            let text = String(validating: data, as: UTF8.self)
        else {
            throw Refusal(.notFound, code, "There is no text file \(path) with a \(what).")
        }
        let line = text.prefix { $0 != "\n" && $0 != "\r" && $0 != "\r\n" }
        guard !line.isEmpty else {
            throw Refusal(
                .invalid, "bad_setting", "The first line of \(path) is empty, so it is no \(what).")
        }
        return String(line)
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

    /// The bucket for evidence; nil where there is none.
    private func bucket() throws -> Bucket.Place? {
        guard let text = self[.evidenceBucket] else {
            if let stray = [Setting.s3Endpoint, .s3Region, .s3AccessKey, .s3SecretKeyFile].first(where: {
                said[$0] != nil
            }) {
                throw Refusal(
                    .invalid, "bad_setting",
                    "\(said[stray]?.origin ?? ""): nothing uses it without \(Setting.evidenceBucket.flag).")
            }
            return nil
        }
        guard
            let match = text.wholeMatch(
                of: /s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([A-Za-z0-9._\/-]*))?/)
        else {
            throw wrong(.evidenceBucket, "a bucket such as s3://thirdline-evidence or s3://shared/thirdline")
        }
        let prefix = String(match.2 ?? "").split(separator: "/").joined(separator: "/")
        let region = self[.s3Region] ?? environment["AWS_REGION"] ?? "us-east-1"
        guard region.wholeMatch(of: /[A-Za-z0-9-]+/) != nil else {
            throw wrong(.s3Region, "a region such as eu-north-1")
        }
        let endpoint =
            self[.s3Endpoint] ?? environment["AWS_ENDPOINT_URL_S3"] ?? "https://s3.\(region).amazonaws.com"
        guard let url = URL(string: endpoint), ["http", "https"].contains(url.scheme), url.host() != nil,
            ["", "/"].contains(url.path()), url.query() == nil
        else { throw wrong(.s3Endpoint, "an address such as https://storage.example.com:9000") }
        let secret =
            try self[.s3SecretKeyFile].map {
                try Self.firstLine(ofFile: $0, "secret key", code: "no_secret_key_file")
            } ?? environment["AWS_SECRET_ACCESS_KEY"]
        guard let accessKey = self[.s3AccessKey] ?? environment["AWS_ACCESS_KEY_ID"], let secret else {
            throw Refusal(
                .invalid, "no_s3_key",
                "Evidence is to be kept in \(text), and no key for it was given: set \(Setting.s3AccessKey.flag) and \(Setting.s3SecretKeyFile.flag), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            )
        }
        return Bucket.Place(
            endpoint: endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint, region: region,
            name: String(match.1), prefix: prefix.isEmpty ? "" : prefix + "/", accessKey: accessKey,
            secretKey: secret)
    }

    /// The installation that was meant.
    package func installation() throws -> Installation {
        var installation = Installation(
            folder: self[.data] ?? Setting.data.fallback, databaseURL: self[.database],
            keyFile: self[.keyFile])
        installation.evidenceFolder = self[.evidenceFolder]
        installation.settings.evidenceBucket = try bucket()
        installation.allowsWeakDurability = try flag(.allowWeakDurability)
        if let text = self[.passwordCost] {
            guard let cost = Int(text), (10...20).contains(cost) else {
                throw wrong(.passwordCost, "a whole number between 10 and 20")
            }
            installation.settings.passwordCost = cost
        }
        installation.settings.pace = ConnectionPace.Limits(
            idle: .seconds(try number(.idleTimeout, 60, in: 1...86_400)),
            stall: .seconds(try number(.stallTimeout, 30, in: 1...86_400)))
        installation.settings.connections = try number(.connections, 12_000, in: 10...1_000_000)
        if let token = self[.metricsToken] {
            guard token.utf8.count >= 16, token.utf8.allSatisfy({ (33...126).contains($0) }) else {
                // What was said is a secret, so it is not shown.
                throw Refusal(
                    .invalid, "bad_setting",
                    "\(said[.metricsToken]?.origin ?? ""): a token for the metrics has at least 16 letters, digits or signs and no spaces."
                )
            }
            installation.settings.metricsToken = token
        }
        if let text = self[.publicURL] {
            guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host() != nil,
                ["", "/"].contains(url.path())
            else { throw wrong(.publicURL, "an address such as https://support.example.com") }
            installation.settings.publicURL = text.hasSuffix("/") ? String(text.dropLast()) : text
        }
        installation.settings.backups = try backups()
        installation.settings.mail = try mail()
        installation.settings.trustedProxies = Set(
            (self[.trustedProxies] ?? "").split { $0 == "," || $0 == " " }.map(String.init))
        return installation
    }

    /// Where mail leaves and comes in.
    private func mail() throws -> MailSettings {
        var mail = MailSettings()
        mail.outgoing = try mailServer(.smtpURL, ["smtp", "smtps"], .smtpUser, .smtpPasswordFile)
        mail.incoming = try mailServer(.imapURL, ["imap", "imaps"], .imapUser, .imapPasswordFile)
        mail.fetchSeconds = try number(.imapSeconds, 60, in: 1...86_400)
        return mail
    }

    private func mailServer(
        _ place: Setting, _ schemes: [String], _ user: Setting, _ password: Setting
    ) throws -> MailSettings.Server? {
        guard let text = self[place] else { return nil }
        // A password in an address would stand in lists of processes and logs.
        guard let url = URL(string: text), let scheme = url.scheme, schemes.contains(scheme),
            url.host() != nil, url.user() == nil, url.query() == nil
        else {
            throw wrong(
                place, "an address such as \(schemes[0])://mx.example.com, without a name or password")
        }
        guard (self[user] == nil) == (self[password] == nil) else {
            throw Refusal(
                .invalid, "bad_setting",
                "\(user.rawValue) and \(password.rawValue) belong together: give both, or none.")
        }
        return MailSettings.Server(
            url: text.hasSuffix("/") ? String(text.dropLast()) : text, user: self[user],
            password: try self[password].map { try Self.passphrase(inFile: $0) },
            needsTLS: self[.mailTLS] == nil ? true : try flag(.mailTLS), authorities: self[.mailCAFile])
    }

    /// The certificate to serve HTTPS with; nil for plain HTTP.
    package func certificate() throws -> ServedCertificate? {
        switch (self[.tlsCertificate], self[.tlsKey]) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return try ServedCertificate(certificate: certificate, key: key)
        case (let certificate, _):
            throw Refusal(
                .invalid, "bad_setting",
                "\(certificate == nil ? "tls_key" : "tls_certificate") is given alone; HTTPS needs tls_certificate and tls_key."
            )
        }
    }

    /// Scheduled backups; nil where no folder is named.
    private func backups() throws -> BackupSettings? {
        var schedule = BackupSchedule()
        schedule.hours = try number(.backupHours, 1...720) ?? schedule.hours
        schedule.keep = try number(.backupKeep, 1...1000) ?? schedule.keep
        if let text = self[.backupTime] {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
            guard parts.count == 2, text.utf8.count == 5, let hour = parts[0], let minute = parts[1],
                (0...23).contains(hour), (0...59).contains(minute)
            else { throw wrong(.backupTime, "a time of the day such as 02:00") }
            schedule.minute = hour * 60 + minute
        }
        return self[.backupFolder].map {
            BackupSettings(
                folder: $0, schedule: schedule, passphraseFile: self[.backupPassphraseFile])
        }
    }

    private func number(_ setting: Setting, _ fallback: Int, in range: ClosedRange<Int>) throws -> Int {
        try number(setting, range) ?? fallback
    }

    private func number(_ setting: Setting, _ range: ClosedRange<Int>) throws -> Int? {
        guard let text = self[setting] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw wrong(setting, "a whole number between \(range.lowerBound) and \(range.upperBound)")
        }
        return number
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
