/// Names of fields whose values are looked at, and what is believed of them.
final class FieldName: Sendable {
    /// How a value is judged.
    enum Judgement: Sendable {
        /// Anything but a placeholder.
        case anything
        /// Something that is no plain word.
        case noWord
        /// Something that looks generated.
        case random(atLeast: Int)
        /// A code of a few digits, or something generated.
        case code
        case authorization, cookie, name, user, birthDate, address, phone, national, card, cardCode, account
        case coordinate, host, health
    }

    let rule: BuiltInRule
    let judgement: Judgement
    /// Whether the word must stand at the beginning of the name or of a part of it.
    let isWhole: Bool
    /// The words in lower case; a dot stands for an optional `_`, `-`, `.` or space.
    private let words: [String]
    /// The same from their ends to their beginnings, as names are read.
    private let reversed: [[UInt8]]

    init(_ rule: BuiltInRule, _ judgement: Judgement, isWhole: Bool = true, _ words: String) {
        self.rule = rule
        self.judgement = judgement
        self.isWhole = isWhole
        let sorted = words.split(separator: " ").map(String.init).sorted { $0.utf8.count > $1.utf8.count }
        self.words = sorted
        reversed = sorted.map { Array($0.utf8.reversed()) }
    }

    /// How far behind the name values are followed.
    ///
    /// Secrets that are longer go on to the next blank.
    var reach: Int {
        switch judgement {
        case .cookie, .authorization: RedactionStream.lookAhead
        case .anything, .noWord, .random, .code: 4_096
        default: 512
        }
    }

    /// The words and the character that ends the name.
    var expression: String {
        let alternatives = words.map { word in
            word.map { $0 == "." ? "[_. -]?" : String($0) }.joined()
        }
        return "(?:\(alternatives.joined(separator: "|")))[^A-Za-z0-9]"
    }

    static let all: [FieldName] = secrets + people + places + nationalNumbers

    private static let secrets: [FieldName] = [
        FieldName(
            .fieldPassword, .anything, isWhole: false,
            "password passwd passwort kennwort pwd passphrase pass.code senha identified.by requirepass userpass "
                + "db.pass smtp.pass pass.word1 pass.word2 password.confirmation mot.de.passe"),
        FieldName(.fieldPassword, .noWord, "pass pw passwords"),
        FieldName(
            .fieldSecret, .noWord, isWhole: false,
            "secret api.key access.key secret.key private.key signing.key encryption.key master.key account.key "
                + "shared.access.key auth.key storage.key license.key consumer.key subscription.key app.key "
                + "client.key webhook.secret shared.secret secret.value credentials credential passkey"),
        FieldName(
            .fieldSecret, .random(atLeast: 8), isWhole: false,
            "token access.token refresh.token id.token auth.token session.id sessionid session.token session.key "
                + "jsessionid phpsessid sessid csrf xsrf csrfmiddlewaretoken signature sharedaccesssignature "
                + "x.amz.credential saml.response saml.request assertion code.verifier authenticity.token nonce "
                + "sessid.value secret.hash password.hash"),
        FieldName(.fieldSecret, .random(atLeast: 8), "sid sig session auth salt hmac"),
        FieldName(.fieldSecret, .random(atLeast: 20), "code state ticket key"),
        FieldName(
            .fieldSecret, .code,
            "otp totp pin pin.code mfa.code sms.code verification.code security.code one.time.code"),
        FieldName(.fieldAuthorization, .authorization, isWhole: false, "authorization www.authenticate"),
        FieldName(.fieldCookie, .cookie, "cookie set.cookie set.cookie2 cookies"),
    ]

    private static let people: [FieldName] = [
        FieldName(
            .fieldName, .name, isWhole: false,
            "first.name last.name full.name given.name family.name sur.name surname middle.name maiden.name "
                + "customer.name contact.name display.name cardholder card.holder.name cardholder.name holder.name "
                + "account.holder patient.name employee.name recipient.name sender.name billing.name "
                + "shipping.name real.name vorname nachname nickname person.name client.name owner.name"),
        FieldName(.fieldName, .name, "prenom nombre apellido apellidos cognome gecos"),
        FieldName(
            .fieldUser, .user,
            "user username user.name login login.name userid user.id account.name ruser logname remote.user "
                + "run.as.user email.user preferred.username screen.name principal uname cn"),
        FieldName(
            .fieldBirthDate, .birthDate,
            "dob birth.date birthdate date.of.birth birth.day birthday geburtsdatum"),
        FieldName(
            .fieldAddress, .address,
            "street street.address address.line address.line.1 address.line.2 address1 address2 home.address "
                + "billing.address shipping.address postal.address mailing.address strasse residential.address"
        ),
        FieldName(
            .fieldPhone, .phone, isWhole: false,
            "phone phone.number telephone tel.number mobile mobile.number cell.phone msisdn fax fax.number caller.id "
                + "callee telefon handynummer whatsapp calling.number called.number"),
        FieldName(.fieldPhone, .phone, "tel cell caller mobil handy tel.nr"),
        FieldName(
            .fieldCard, .card, isWhole: false,
            "card.number credit.card cc.number card.no pan.number credit.card.number debit.card"),
        FieldName(.fieldCard, .cardCode, "cvv cvv2 cvc cvc2 card.code"),
        FieldName(
            .fieldAccount, .account, isWhole: false,
            "iban account.number bank.account routing.number sort.code kontonummer account.no bank.account.number"
        ),
        FieldName(
            .fieldHealth, .health,
            "mrn medical.record medical.record.number patient.id health.insurance.number insurance.number icd10 "
                + "icd.10 blood.type diagnosis.code medication patient.number"),
    ]

    private static let places: [FieldName] = [
        FieldName(
            .coordinates, .coordinate, "lat latitude lon lng longitude geo.lat geo.lon gps.lat gps.lon"),
        FieldName(
            .fieldHost, .host,
            "host hostname host.name rhost server.name servername computer computer.name machine.name "
                + "node.name nodename fqdn remote.host client.host target.host db.host workstation domain.name "
                + "broker upstream.host source.host dest.host src.host dst.host server"),
    ]

    private static let nationalNumbers: [FieldName] = [
        FieldName(
            .nationalUS, .national, "ssn social.security social.security.number social.security.no itin"),
        FieldName(
            .nationalDE, .national,
            "steuer.id steueridnr steueridentifikationsnummer idnr tax.id tax.id.number"),
        FieldName(.nationalFR, .national, "nir insee securite.sociale numero.secu"),
        FieldName(.nationalES, .national, "dni nie nif"),
        FieldName(.nationalIT, .national, "codice.fiscale"),
        FieldName(.nationalGB, .national, "nino national.insurance national.insurance.number ni.number"),
        FieldName(.nationalNHS, .national, "nhs nhs.number nhs.no"),
        FieldName(.nationalNL, .national, "bsn burgerservicenummer"),
        FieldName(.nationalBE, .national, "rijksregisternummer rijksregister numero.national"),
        FieldName(.nationalPL, .national, "pesel"),
        FieldName(.nationalSE, .national, "personnummer personal.identity.number"),
        FieldName(.nationalFI, .national, "hetu henkilotunnus"),
        FieldName(.nationalNO, .national, "fodselsnummer fnr"),
        FieldName(.nationalDK, .national, "cpr cpr.number cpr.nr"),
        FieldName(.nationalCH, .national, "ahv avs ahv.nummer"),
        FieldName(.nationalPT, .national, "contribuinte nif.pt"),
        FieldName(.nationalBR, .national, "cpf"),
        FieldName(.nationalIN, .national, "aadhaar aadhar aadhaar.number"),
        FieldName(.nationalPAN, .national, "pan pan.card"),
        FieldName(.nationalKR, .national, "rrn jumin"),
        FieldName(.nationalSG, .national, "nric fin.number"),
        FieldName(.nationalCA, .national, "sin social.insurance social.insurance.number"),
        FieldName(.nationalAU, .national, "tfn tax.file.number"),
        FieldName(.nationalJP, .national, "my.number mynumber individual.number"),
        FieldName(.nationalMX, .national, "curp"),
        FieldName(.nationalTR, .national, "tckn tc.kimlik tc.kimlik.no"),
        FieldName(.nationalZA, .national, "za.id rsa.id sa.id.number"),
        FieldName(
            .fieldNational, .national,
            "passport passport.number passport.no drivers.license driver.license driver.licence drivers.licence "
                + "license.number national.id national.id.number identity.number personal.id id.card id.card.number "
                + "driving.licence vat.number"),
    ]
}

extension FieldName {
    /// Where the word of a name begins that ends at `end`; nil where it is only a part of another word.
    func start(_ text: TextView, endingAt end: Int) -> Int? {
        for word in reversed {
            guard let start = Self.match(text, word, endingAt: end) else { continue }
            if !isWhole || Self.beginsPart(text, start) { return start }
        }
        return nil
    }

    private static func match(_ text: TextView, _ word: [UInt8], endingAt end: Int) -> Int? {
        var offset = end
        for byte in word {
            let before = text[offset - 1]
            if byte == UInt8(ascii: ".") {
                switch before {
                case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: " "): offset -= 1
                default: break
                }
            } else {
                guard lowercased(before) == byte else { return nil }
                offset -= 1
            }
        }
        return offset
    }

    /// Whether a part of a name begins here: behind no letter or digit, or with a capital after a small letter.
    private static func beginsPart(_ text: TextView, _ start: Int) -> Bool {
        let before = text[start - 1]
        if !isAlphanumeric(before) { return before < 0x80 }
        if isUppercase(text[start]), isLowercase(before) { return true }
        return text.endsEscape(start)
    }
}
