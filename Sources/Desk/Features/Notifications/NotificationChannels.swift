import Diagnosis
import Domain
import Storage

/// What colleagues are told, as mail.
struct NotificationMailChannel: OutboxChannel {
    let services: Services
    let delivery: MailDelivery

    var name: String { NotificationSending.Way.mail.rawValue }

    /// The message that an item stands for at this moment.
    func message(of item: OutboxItem) async throws -> OutboundMessage {
        let source = try await services.letter(of: item, by: .mail)
        return try NotificationSending.message(item, source, keys: services.keys)
    }

    func deliver(_ item: OutboxItem) async throws {
        // Nobody reports to what a machine wrote, so that no report is answered.
        try await delivery.send(try await message(of: item), reportsTo: "")
    }

    func giveUp(_ item: OutboxItem, reason: String, marking: SQL) async throws {
        _ = try await services.database.write { tx in try tx.execute(marking) }
    }
}

/// What colleagues are told, in a chat: one POST of `{"text": …}`, as Slack, Mattermost and Teams take it.
struct NotificationChatChannel: OutboxChannel {
    let services: Services
    let client: TransferClient

    var name: String { NotificationSending.Way.chat.rawValue }

    /// The request that an item stands for at this moment.
    func request(of item: OutboxItem) async throws -> Transfer {
        let source = try await services.letter(of: item, by: .chat)
        let person = source.person.id.raw
        let sealed = try await services.database.read { tx in
            try tx.first(NotificationSettingsQueries.chatAddress(of: person)) {
                KeyRing.Sealed(keyID: $0.text(0), bytes: $0.blob(1))
            }
        }
        guard let sealed else { throw DeliveryNeedless("There is no address of a chat any more.") }
        let address: WebhookAddress
        do {
            let url = try services.keys.open(sealed, for: NotificationSettingsQueries.row(of: person))
            address = try WebhookAddress(
                String(decoding: url, as: UTF8.self), trusted: source.policy.chatHosts)
        } catch let refusal as Refusal {
            // Policy may name fewer hosts than when the address was saved.
            throw DeliveryFailure(refusal.message, isPermanent: true)
        } catch is SealProblem {
            throw DeliveryFailure("The key that sealed the address is gone.", isPermanent: true)
        }
        let body: JSON = ["text": .string(source.letter.chat)]
        var transfer = Transfer("POST", url: address.url)
        transfer.headers = [
            "Content-Type: application/json", "Idempotency-Key: \(item.key)", "Expect:",
            "User-Agent: Thirdline",
        ]
        transfer.body = .bytes(Array(body.text.utf8))
        (transfer.seconds, transfer.mostBytes) = (30, 64 << 10)
        transfer.isWeb = true
        transfer.staysPublic = !address.isTrusted
        return transfer
    }

    func deliver(_ item: OutboxItem) async throws {
        let (client, ready) = (client, try await request(of: item))
        let answer: TransferAnswer
        do {
            answer = try await services.evidence.working { try client.perform(ready) }
        } catch let fault as TransferFault {
            throw DeliveryFailure(fault.words, isPermanent: fault.isRefusedAddress)
        }
        guard !(200...299).contains(answer.status) else { return }
        let words = MailText.line(String(answer.text.prefix(200)))
        throw DeliveryFailure(
            "The chat answered \(answer.status)" + (words.isEmpty ? "" : ": \(words)"),
            isPermanent: (300...499).contains(answer.status) && ![408, 425, 429].contains(answer.status))
    }

    func giveUp(_ item: OutboxItem, reason: String, marking: SQL) async throws {
        _ = try await services.database.write { tx in try tx.execute(marking) }
    }
}

extension Services {
    /// What an item of a way says now.
    func letter(
        of item: OutboxItem, by way: NotificationSending.Way
    ) async throws -> NotificationSending.Source {
        let sending = NotificationSending(policy: policy, base: publicURL)
        let now = clock()
        return try await database.read { tx in try sending.source(of: item, by: way, at: now, in: tx) }
    }
}
