import CCurl
import Synchronization

/// Carries out exchanges with servers elsewhere, one for each call, and keeps their connections for the next.
///
/// `perform` blocks its thread until the answer is there: call it beside the threads that answer requests. Addresses
/// come from whoever runs the installation; one that came from a request `staysPublic`, with a client of its own, since a
/// connection that stands is used again. Redirects are not followed.
package final class TransferClient: Sendable {
    /// A handle of libcurl.
    // Safe: libcurl lets any thread use a handle as long as only one does at a time, and a handle is either among the
    // idle ones, behind the mutex, or with the one call that took it from there.
    private struct Handle: @unchecked Sendable {
        var curl: UnsafeMutableRawPointer
    }

    private let idle = Mutex<[Handle]>([])
    /// Whether libcurl could be made ready; it must be, once, before its first use.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// A client without any connection yet.
    package init() {}

    deinit { idle.withLock { for one in $0 { curl_easy_cleanup(one.curl) } } }

    /// Sends and waits for the answer, whatever its status.
    /// - Throws: `TransferFault` where no answer came.
    package func perform(_ transfer: Transfer) throws -> TransferAnswer {
        let handle = try take()
        defer { giveBack(handle) }
        let exchange = Exchange(transfer)
        let context = Unmanaged.passUnretained(exchange).toOpaque()
        let curl = handle.curl
        var lists: [UnsafeMutablePointer<curl_slist>] = []
        defer { for list in lists { curl_slist_free_all(list) } }
        if let headers = Self.list(transfer.headers) {
            lists.append(headers)
            try check(thirdline_curl_set_list(curl, CURLOPT_HTTPHEADER, headers))
        }
        if let mail = transfer.mail {
            let recipients = Self.list(mail.recipients)
            if let recipients { lists.append(recipients) }
            try check(thirdline_curl_set_text(curl, CURLOPT_MAIL_FROM, mail.from))
            try check(thirdline_curl_set_list(curl, CURLOPT_MAIL_RCPT, recipients))
            // A server of mail may go away between two messages, and a message is not sent twice for that.
            thirdline_curl_set_number(curl, CURLOPT_FORBID_REUSE, 1)
        }
        try set(transfer, on: curl)
        thirdline_curl_set_transfer(curl, CURLOPT_WRITEFUNCTION, takeBytes)
        thirdline_curl_set_pointer(curl, CURLOPT_WRITEDATA, context)
        thirdline_curl_set_transfer(curl, CURLOPT_HEADERFUNCTION, takeHeader)
        thirdline_curl_set_pointer(curl, CURLOPT_HEADERDATA, context)
        thirdline_curl_set_transfer(curl, CURLOPT_READFUNCTION, giveBytes)
        thirdline_curl_set_pointer(curl, CURLOPT_READDATA, context)
        if transfer.staysPublic {
            thirdline_curl_set_opener(curl, openPublicSocket)
            thirdline_curl_set_pointer(curl, CURLOPT_OPENSOCKETDATA, context)
            // A proxy would look the name up itself.
            try check(thirdline_curl_set_text(curl, CURLOPT_PROXY, ""))
        }
        let code = withExtendedLifetime(exchange) { curl_easy_perform(curl) }
        if let fault = exchange.fault { throw fault }
        var status = 0
        thirdline_curl_get_number(curl, CURLINFO_RESPONSE_CODE, &status)
        do { try check(code) } catch var fault as TransferFault {
            (fault.status, fault.answer) = (exchange.refusal?.status ?? status, exchange.refusal?.line)
            if exchange.hasRefusedAddress {
                fault.isRefusedAddress = true
                fault.description = "the host leads to an address of an inner network"
            }
            throw fault
        }
        return TransferAnswer(status: status, headers: exchange.headers, body: exchange.received)
    }

    // MARK: Handles

    private func take() throws -> Handle {
        if let one = idle.withLock({ $0.popLast() }) { return one }
        guard Self.isReady, let curl = curl_easy_init() else {
            throw TransferFault(code: Int(CURLE_FAILED_INIT.rawValue), description: "libcurl cannot be used")
        }
        return Handle(curl: curl)
    }

    private func giveBack(_ handle: Handle) {
        // Forgets every option and keeps the connections.
        curl_easy_reset(handle.curl)
        let isKept = idle.withLock { idle in
            guard idle.count < 16 else { return false }
            idle.append(handle)
            return true
        }
        if !isKept { curl_easy_cleanup(handle.curl) }
    }

    // MARK: Options

    private func set(_ transfer: Transfer, on curl: UnsafeMutableRawPointer) throws {
        try check(thirdline_curl_set_text(curl, CURLOPT_URL, transfer.url))
        thirdline_curl_set_number(curl, CURLOPT_NOSIGNAL, 1)
        thirdline_curl_set_number(curl, CURLOPT_PATH_AS_IS, 1)
        thirdline_curl_set_number(curl, CURLOPT_CONNECTTIMEOUT, transfer.connectSeconds)
        thirdline_curl_set_number(curl, CURLOPT_TIMEOUT, transfer.seconds)
        // Whoever sends less than this for so long is gone.
        thirdline_curl_set_number(curl, CURLOPT_LOW_SPEED_LIMIT, 100)
        thirdline_curl_set_number(curl, CURLOPT_LOW_SPEED_TIME, 60)
        if transfer.isWeb { try check(thirdline_curl_set_text(curl, CURLOPT_PROTOCOLS_STR, "http,https")) }
        if transfer.needsTLS {
            thirdline_curl_set_number(curl, CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
        }
        if let file = transfer.authorities { try check(thirdline_curl_set_text(curl, CURLOPT_CAINFO, file)) }
        switch transfer.body {
        case .none: break
        case .bytes(let bytes): try setUpload(Int64(bytes.count), on: curl)
        case .file(_, _, let count): try setUpload(count, on: curl)
        }
        if transfer.wantsHeadOnly { thirdline_curl_set_number(curl, CURLOPT_NOBODY, 1) }
        if let method = transfer.method {
            try check(thirdline_curl_set_text(curl, CURLOPT_CUSTOMREQUEST, method))
        }
        switch transfer.credentials {
        case nil: break
        case .signature(let provider, let accessKey, let secretKey):
            try check(thirdline_curl_set_text(curl, CURLOPT_AWS_SIGV4, provider))
            try check(thirdline_curl_set_text(curl, CURLOPT_USERNAME, accessKey))
            try check(thirdline_curl_set_text(curl, CURLOPT_PASSWORD, secretKey))
        case .password(let user, let password):
            try check(thirdline_curl_set_text(curl, CURLOPT_USERNAME, user))
            try check(thirdline_curl_set_text(curl, CURLOPT_PASSWORD, password))
        }
    }

    private func setUpload(_ count: Int64, on curl: UnsafeMutableRawPointer) throws {
        try check(thirdline_curl_set_number(curl, CURLOPT_UPLOAD, 1))
        try check(thirdline_curl_set_size(curl, CURLOPT_INFILESIZE_LARGE, curl_off_t(count)))
    }

    private static func list(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
        lines.reduce(nil) { list, line in curl_slist_append(list, line) ?? list }
    }

    private func check(_ code: CURLcode) throws {
        guard code != CURLE_OK else { return }
        throw TransferFault(
            code: Int(code.rawValue),
            description: curl_easy_strerror(code).map { String(cString: $0) } ?? "failed")
    }
}
