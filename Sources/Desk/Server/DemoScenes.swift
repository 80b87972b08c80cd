/// The demo's people, and the scenes in the order in which their cases are opened.
enum DemoScenes {
    static let organisations = [
        ("Halden Travel", "enterprise"), ("Nordlys Hotels", "enterprise"), ("Orrin Foods", "premium"),
        ("Pella Logistics", "standard"),
    ]

    static let marta = "marta@thirdline.example"
    static let jonas = "jonas@thirdline.example"
    static let ana = "ana@thirdline.example"
    static let lea = "lea@thirdline.example"
    static let ines = "ines@thirdline.example"
    static let otto = "otto@thirdline.example"
    static let ravi = "ravi@thirdline.example"
    static let daniel = "daniel@halden.example"
    static let aino = "aino@halden.example"
    static let mikko = "mikko@halden.example"
    static let sofia = "sofia@orrin.example"
    static let henrik = "henrik@nordlys.example"
    static let nikos = "nikos@pella.example"

    static let people: [(name: String, email: String, role: String, organisation: String?)] = [
        ("Marta Lindqvist", marta, "engineer", nil), ("Jonas Weber", jonas, "engineer", nil),
        ("Ana Oliveira", ana, "engineer", nil), ("Lea Brandt", lea, "frontline", nil),
        ("Ines Okafor", ines, "lead", nil), ("Otto Haugen", otto, "manager", nil),
        ("Ravi Menon", ravi, "developer", nil), ("Ada Fischer", "ada@thirdline.example", "auditor", nil),
        ("Samira Haddad", "admin@thirdline.example", "administrator", nil),
        ("Daniel Roth", daniel, "customer", "Halden Travel"),
        ("Aino Virtanen", aino, "customer", "Halden Travel"),
        ("Mikko Salo", mikko, "customer", "Halden Travel"),
        ("Sofia Marchetti", sofia, "customer", "Orrin Foods"),
        ("Henrik Dahl", henrik, "customer", "Nordlys Hotels"),
        ("Nikos Pappas", nikos, "customer", "Pella Logistics"),
    ]

    static let all =
        accounts + [templates, views, prevention, outage] + [
            keys, voucher, booking, spikes, newAccounts, silentKit, clockChange, exportColumn, access,
            payments,
            paymentsAgain, barTerminal, resetLink, bridgeAlert, plusSign, japanese, ledger, pending, invoice,
        ]

    /// How long the whole story takes.
    static let minutes: Int64 = 15_200
}
