import CCurl

/// One exchange with a server elsewhere, over HTTP, SMTP or IMAP.
///
/// Carried out by libcurl, the one way by which anything leaves this machine. See `TransferClient`.
package struct Transfer: Sendable {
    /// What is sent after the request itself.
    package enum Body: Sendable {
        /// Nothing at all.
        case none
        /// Bytes in memory.
        case bytes([UInt8])
        /// A stretch of an open file; the descriptor stays the caller's and must stay open meanwhile.
        case file(descriptor: Int32, offset: Int64, count: Int64)
    }

    /// How the request is signed or the sender signs in.
    package enum Credentials: Sendable {
        /// AWS Signature Version 4, as S3-compatible storage wants it.
        case signature(provider: String, accessKey: String, secretKey: String)
        /// A user name and a password.
        case password(user: String, password: String)
    }

    /// Between whom a message of mail goes, apart from what stands in it.
    package struct Mail: Sendable {
        /// Where reports go; empty for nowhere.
        package var from: String
        /// Whom it is for.
        package var recipients: [String]

        /// A message between these.
        package init(from: String, recipients: [String]) { (self.from, self.recipients) = (from, recipients) }
    }

    /// The address, with scheme; path and query are percent-encoded already and sent as they are.
    package var url: String
    /// "GET", "PUT" ..., or the command of another protocol; nil for what the protocol does by itself.
    package var method: String?
    /// Lines such as "Range: bytes=0-9", without line breaks.
    package var headers: [String] = []
    /// What is sent.
    package var body = Body.none
    /// How it is signed; nil where nobody asks.
    package var credentials: Credentials?
    /// Between whom the body goes as mail; nil for anything else.
    package var mail: Mail?
    /// Whether a connection that begins in the clear must be encrypted before anything is said (STARTTLS).
    package var needsTLS = false
    /// A file of authorities, in PEM, that certificates are held against; nil for those of the system.
    package var authorities: String?
    /// Whether it may speak HTTP and nothing else.
    package var isWeb = false
    /// Whether it may only go to addresses of the public network, whatever the name of the host leads to.
    package var staysPublic = false
    /// Whether only the head of the answer is wanted.
    package var wantsHeadOnly = false
    /// The most bytes of an answer that are taken.
    package var mostBytes = 16 << 20
    /// Seconds until a connection must stand.
    package var connectSeconds = 10
    /// Seconds for the whole exchange; 0 for no end as long as bytes move.
    package var seconds = 60

    /// An exchange with an address.
    package init(_ method: String?, url: String) { (self.method, self.url) = (method, url) }
}

/// What came back.
package struct TransferAnswer: Sendable {
    /// The status of HTTP, or the last code of another protocol.
    package var status: Int
    /// Names in lower case; the last of several alike.
    package var headers: [String: String]
    /// The bytes.
    package var body: [UInt8]

    /// The bytes as text, whatever of them is none replaced.
    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// No answer came, or none that could be taken.
package struct TransferFault: Error, CustomStringConvertible {
    /// libcurl's number of what went wrong.
    package var code: Int
    /// In words.
    package var description: String
    /// The last status that the server gave; 0 where it gave none.
    package var status = 0
    /// The server's last words; nil where it said nothing.
    package var answer: String?

    /// What went wrong, with the server's own words.
    package var words: String { answer.map { "\($0) (\(description))" } ?? description }
    /// Whether what was asked for is not there.
    package var isMissing: Bool { code == Int(CURLE_REMOTE_FILE_NOT_FOUND.rawValue) }
    /// Whether the host led to an address that nothing may be sent to.
    package var isRefusedAddress = false
    /// Whether the answer was larger than any that is taken.
    package var isTooLarge: Bool { code == Int(CURLE_FILESIZE_EXCEEDED.rawValue) }
}
