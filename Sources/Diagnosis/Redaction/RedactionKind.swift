/// What a redacted value was.
///
/// The raw value names the kind in reports, in tokens (`REDACTED-password-...`) and on the command line.
public enum RedactionKind: String, Sendable, CaseIterable {
    /// The body of a private key: PEM, OpenSSH, PGP, PuTTY.
    case privateKey = "private-key"
    /// A key of a cloud provider.
    case cloudKey = "cloud-key"
    /// A token of a service, known by its shape.
    case apiToken = "api-token"
    /// A JSON Web Token (RFC 7519), signed or encrypted.
    case jwt
    /// A password, in a URL, a configuration, a connection string or a field.
    case password
    /// The credentials of an `Authorization` header (RFC 9110, section 11).
    case authorization
    /// The value of a cookie.
    case cookie
    /// The value of a field whose name says that it is secret.
    case secret
    /// A mail address.
    case email
    /// A telephone number.
    case phone
    /// The number of a payment card, or its verification code.
    case card
    /// An international bank account number (ISO 13616), or an account number in a known field.
    case iban
    /// A number that a state or an insurer gives to a person.
    case nationalID = "national-id"
    /// An IPv4 address.
    case ipv4
    /// An IPv6 address.
    case ipv6
    /// A hardware address of a network interface.
    case mac
    /// A person's name, in a known field.
    case name
    /// The name of an account, in a known field.
    case user
    /// A date of birth, in a known field.
    case birthDate = "birth-date"
    /// A postal address, in a known field.
    case address
    /// Latitude and longitude.
    case coordinates
    /// A medical record number or finding, in a known field.
    case health
    /// The name of a computer.
    case hostname
    /// What a rule of the caller found.
    case custom

    /// Groups of kinds, as reports count them.
    public enum Category: String, Sendable, CaseIterable {
        /// What opens something.
        case secret
        /// What says who somebody is or where.
        case personal
        /// What says which computer it is.
        case hostname
        /// What a rule of the caller found.
        case custom
    }

    /// The group that the kind belongs to.
    public var category: Category {
        switch self {
        case .privateKey, .cloudKey, .apiToken, .jwt, .password, .authorization, .cookie, .secret: .secret
        case .hostname: .hostname
        case .custom: .custom
        default: .personal
        }
    }

    /// Which kind names a value that two rules claim: the lower wins.
    var rank: Int {
        switch self {
        case .custom: 0
        case .privateKey: 1
        case .cloudKey: 2
        case .apiToken: 3
        case .jwt: 4
        case .email: 5
        case .ipv4, .ipv6: 6
        case .mac: 7
        case .card: 8
        case .iban: 9
        case .nationalID: 10
        case .password: 11
        case .authorization: 12
        case .cookie: 13
        case .secret: 14
        case .phone: 15
        case .birthDate, .address, .coordinates, .health: 16
        case .name: 17
        case .hostname: 18
        case .user: 19
        }
    }
}
