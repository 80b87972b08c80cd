/// A pattern of the matcher, and who looks closer where it ended.
///
/// Patterns are short and bounded: they say that something may stand here, and where. Where it begins and
/// ends, and whether it is what it seems, a recogniser decides by hand, for the few places that are left.
struct Anchor: Sendable {
    /// Who looks closer.
    enum Recogniser: Sendable {
        case fixedShape(FixedShape, rule: UInt16, width: Int)
        case jsonWebToken, privateKey, puttyKey, url, email, version4, version6, mac, dottedMAC, hostname
        case internationalPhone, northAmericanPhone, groupedPhone, card(width: Int), bankAccount, coordinates,
            bearer, basic, commandUser, syslogHeader, homeFolder
        case national(NationalNumber.Form)
        case field(FieldName)
        /// An escape: the text around is looked at once more as it reads decoded.
        case escape
    }

    var expression: String
    var isCaseless = false
    var recogniser: Recogniser

    /// All anchors of the built-in rules; the position in the array is the pattern's identifier.
    static let all: [Anchor] = shapes + numbers + texts + fields

    private static let shapes: [Anchor] = FixedShape.all.enumerated().map { place, shape in
        let rule = UInt16(BuiltInRule.allCases.count + place)
        let width = ExpressionWidth.of(shape.expression)
        return Anchor(
            expression: shape.expression, recogniser: .fixedShape(shape, rule: rule, width: width))
    }

    private static let numbers: [Anchor] =
        [
            Anchor(expression: IPAddress.version4Expression, recogniser: .version4),
            Anchor(expression: IPAddress.shortExpression, recogniser: .version6),
            Anchor(expression: IPAddress.version6Expression, recogniser: .version6),
            Anchor(expression: MediaAccessAddress.colonExpression, recogniser: .mac),
            Anchor(expression: MediaAccessAddress.dashExpression, recogniser: .mac),
            Anchor(expression: MediaAccessAddress.dotExpression, recogniser: .dottedMAC),
            Anchor(expression: PhoneNumber.internationalExpression, recogniser: .internationalPhone),
            Anchor(expression: PhoneNumber.northAmericanExpression, recogniser: .northAmericanPhone),
            Anchor(expression: PhoneNumber.parenthesisedExpression, recogniser: .groupedPhone),
            Anchor(expression: PhoneNumber.dialledExpression, recogniser: .groupedPhone),
            Anchor(expression: PaymentCard.plainExpression, recogniser: .card(width: 13)),
            Anchor(expression: PaymentCard.groupedExpression, recogniser: .card(width: 16)),
            Anchor(expression: PaymentCard.amexExpression, recogniser: .card(width: 17)),
            Anchor(expression: BankAccount.expression, recogniser: .bankAccount),
            Anchor(expression: Coordinates.expression, recogniser: .coordinates),
        ]
        + NationalNumber.forms.map { Anchor(expression: $0.expression, recogniser: .national($0)) }

    private static let texts: [Anchor] = [
        Anchor(expression: JSONWebToken.expression, recogniser: .jsonWebToken),
        Anchor(expression: PrivateKey.expression, recogniser: .privateKey),
        Anchor(expression: PrivateKey.puttyExpression, recogniser: .puttyKey),
        Anchor(expression: URLAuthority.expression, recogniser: .url),
        Anchor(expression: SyslogHeader.expression, recogniser: .syslogHeader),
        Anchor(expression: HomeFolder.expression, recogniser: .homeFolder),
        Anchor(expression: EmailAddress.expression, recogniser: .email),
        Anchor(expression: DecodedRuns.expression, recogniser: .escape),
        Anchor(expression: Hostname.expression, isCaseless: true, recogniser: .hostname),
        Anchor(expression: Authorization.bearerExpression, isCaseless: true, recogniser: .bearer),
        Anchor(expression: Authorization.userExpression, recogniser: .commandUser),
        Anchor(expression: Authorization.basicExpression, isCaseless: true, recogniser: .basic),
    ]

    private static let fields: [Anchor] = FieldName.all.map {
        Anchor(expression: $0.expression, isCaseless: true, recogniser: .field($0))
    }

    /// The position of the pattern for escapes.
    static let escape = all.firstIndex { if case .escape = $0.recogniser { true } else { false } } ?? -1
}

extension Anchor.Recogniser {
    /// How far behind a candidate the recogniser may look.
    var reach: Int {
        switch self {
        case .field(let field): field.reach
        default: RedactionStream.lookAhead
        }
    }

    /// Asks the recogniser what it claims.
    ///
    /// - Parameter end: the offset behind the pattern's last byte.
    func find(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        switch self {
        case .fixedShape(let shape, let rule, let width):
            shape.find(in: text, at: end, width: width, rule: rule, into: &spans)
        case .jsonWebToken: JSONWebToken.find(in: text, at: end, into: &spans)
        case .privateKey: _ = PrivateKey.find(in: text, at: end, into: &spans)
        case .puttyKey: PrivateKey.findPuTTY(in: text, at: end, into: &spans)
        case .url: URLAuthority.find(in: text, at: end, into: &spans)
        case .email: EmailAddress.find(in: text, at: end, into: &spans)
        case .version4: IPAddress.findVersion4(in: text, at: end, into: &spans)
        case .version6: IPAddress.findVersion6(in: text, at: end, into: &spans)
        case .mac: MediaAccessAddress.find(in: text, at: end, into: &spans)
        case .dottedMAC: MediaAccessAddress.findDotted(in: text, at: end, into: &spans)
        case .hostname: Hostname.find(in: text, at: end, into: &spans)
        case .internationalPhone: PhoneNumber.findInternational(in: text, at: end, into: &spans)
        case .northAmericanPhone: PhoneNumber.findNorthAmerican(in: text, at: end, into: &spans)
        case .groupedPhone: PhoneNumber.findGrouped(in: text, at: end, into: &spans)
        case .card(let width): PaymentCard.find(in: text, at: end, width: width, into: &spans)
        case .bankAccount: BankAccount.find(in: text, at: end, into: &spans)
        case .coordinates: Coordinates.find(in: text, at: end, into: &spans)
        case .bearer: Authorization.findBearer(in: text, at: end, into: &spans)
        case .basic: Authorization.findBasic(in: text, at: end, into: &spans)
        case .commandUser: Authorization.findUser(in: text, at: end, into: &spans)
        case .syslogHeader: SyslogHeader.find(in: text, at: end, into: &spans)
        case .homeFolder: HomeFolder.find(in: text, at: end, into: &spans)
        case .national(let form): NationalNumber.find(in: text, at: end, form: form, into: &spans)
        case .field(let field): FieldRecogniser.find(in: text, at: end, field: field, into: &spans)
        case .escape: break
        }
    }
}
