/// A rule as reports name it.
public struct RedactionRule: Hashable, Sendable {
    /// The name, as `aws-access-key` or `field-password`.
    public var name: String
    /// What the rule finds.
    public var kind: RedactionKind
}

/// The built-in rules that are code; those that are a shape follow in ``FixedShape/all``, then the caller's.
enum BuiltInRule: UInt16, CaseIterable {
    case privateKey, jwt, urlPassword, urlUser, urlHost, urlSecret, bearer, basic
    case fieldPassword, fieldSecret, fieldAuthorization, fieldCookie, connectionString
    case email, phoneInternational, phoneNorthAmerica, phoneGrouped, fieldPhone
    case card, fieldCard, iban, fieldAccount
    case nationalUS, nationalDE, nationalFR, nationalES, nationalIT, nationalGB, nationalNHS, nationalNL
    case nationalBE, nationalPL, nationalSE, nationalFI, nationalNO, nationalDK, nationalCH, nationalPT
    case nationalBR, nationalCN, nationalIN, nationalPAN, nationalKR, nationalSG, nationalCA, nationalAU
    case nationalJP, nationalMX, nationalTR, nationalZA, fieldNational
    case ipv4, ipv6, mac, fieldName, fieldUser, fieldBirthDate, fieldAddress
    case coordinates, fieldHealth, hostname, fieldHost, syslogHost

    var rule: RedactionRule { RedactionRule(name: name, kind: kind) }

    /// Whether what a rule finds opens something.
    static func isSecret(_ rule: BuiltInRule) -> Bool { rule.kind.category == .secret }

    private var name: String {
        switch self {
        case .privateKey: "private-key"
        case .jwt: "jwt"
        case .urlPassword: "url-password"
        case .urlUser: "url-user"
        case .urlHost: "url-host"
        case .urlSecret: "url-secret"
        case .bearer: "bearer"
        case .basic: "basic"
        case .fieldPassword: "field-password"
        case .fieldSecret: "field-secret"
        case .fieldAuthorization: "field-authorization"
        case .fieldCookie: "field-cookie"
        case .connectionString: "connection-string"
        case .email: "email"
        case .phoneInternational: "phone-international"
        case .phoneNorthAmerica: "phone-north-america"
        case .phoneGrouped: "phone-grouped"
        case .fieldPhone: "field-phone"
        case .card: "card"
        case .fieldCard: "field-card"
        case .iban: "iban"
        case .fieldAccount: "field-account"
        case .nationalUS: "us-ssn"
        case .nationalDE: "de-tax-id"
        case .nationalFR: "fr-nir"
        case .nationalES: "es-dni"
        case .nationalIT: "it-codice-fiscale"
        case .nationalGB: "gb-nino"
        case .nationalNHS: "gb-nhs"
        case .nationalNL: "nl-bsn"
        case .nationalBE: "be-rrn"
        case .nationalPL: "pl-pesel"
        case .nationalSE: "se-personnummer"
        case .nationalFI: "fi-hetu"
        case .nationalNO: "no-fodselsnummer"
        case .nationalDK: "dk-cpr"
        case .nationalCH: "ch-ahv"
        case .nationalPT: "pt-nif"
        case .nationalBR: "br-cpf"
        case .nationalCN: "cn-resident-id"
        case .nationalIN: "in-aadhaar"
        case .nationalPAN: "in-pan"
        case .nationalKR: "kr-rrn"
        case .nationalSG: "sg-nric"
        case .nationalCA: "ca-sin"
        case .nationalAU: "au-tfn"
        case .nationalJP: "jp-my-number"
        case .nationalMX: "mx-curp"
        case .nationalTR: "tr-kimlik"
        case .nationalZA: "za-id"
        case .fieldNational: "field-national-id"
        case .ipv4: "ipv4"
        case .ipv6: "ipv6"
        case .mac: "mac"
        case .fieldName: "field-name"
        case .fieldUser: "field-user"
        case .fieldBirthDate: "field-birth-date"
        case .fieldAddress: "field-address"
        case .coordinates: "coordinates"
        case .fieldHealth: "field-health"
        case .hostname: "hostname"
        case .fieldHost: "field-host"
        case .syslogHost: "syslog-host"
        }
    }

    private var kind: RedactionKind {
        switch self {
        case .privateKey: .privateKey
        case .jwt: .jwt
        case .urlPassword, .fieldPassword, .connectionString: .password
        case .bearer, .basic, .fieldAuthorization: .authorization
        case .fieldCookie: .cookie
        case .fieldSecret, .urlSecret: .secret
        case .email: .email
        case .phoneInternational, .phoneNorthAmerica, .phoneGrouped, .fieldPhone: .phone
        case .card, .fieldCard: .card
        case .iban, .fieldAccount: .iban
        case .ipv4: .ipv4
        case .ipv6: .ipv6
        case .mac: .mac
        case .fieldName: .name
        case .fieldUser, .urlUser: .user
        case .fieldBirthDate: .birthDate
        case .fieldAddress: .address
        case .coordinates: .coordinates
        case .fieldHealth: .health
        case .hostname, .fieldHost, .syslogHost, .urlHost: .hostname
        default: .nationalID
        }
    }
}
