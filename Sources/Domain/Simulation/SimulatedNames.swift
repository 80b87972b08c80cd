/// Names of people and organisations in a simulated world, in the scripts of where they come from.
enum SimulatedNames {
    /// - Returns: the name, and how it stands in an address.
    static func person(office: Int, _ chance: inout SeededGenerator) -> (name: String, latin: String) {
        let set: Names =
            switch office {
            case 0: chance.pick(european)
            case 1: chance.pick(american)
            default: chance.pick(asian)
            }
        let (first, last) = (chance.pick(set.first), chance.pick(set.last))
        let name =
            set.isFamilyFirst ? "\(last.written) \(first.written)" : "\(first.written) \(last.written)"
        return (name, "\(first.latin).\(last.latin)")
    }

    /// A name of a customer.
    static func organisation(_ chance: inout SeededGenerator) -> String {
        let stem = chance.pick(openings) + chance.pick(endings)
        let kind = chance.pick(sectors)
        return chance.chance(30) ? "\(stem) \(kind) \(chance.pick(forms))" : "\(stem) \(kind)"
    }

    static func domain(of organisation: String) -> String {
        let letters = organisation.lowercased().unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "0"..."9": Character(scalar)
            case "ø", "ö": "o"
            case "å", "ä": "a"
            case "ü": "u"
            case "é": "e"
            default: "-"
            }
        }
        return String(letters).split(separator: "-").joined(separator: "-") + ".example"
    }

    private struct Name {
        var written: String
        var latin: String
        init(_ written: String, _ latin: String? = nil) {
            self.written = written
            self.latin = latin ?? written.lowercased()
        }
    }

    private struct Names {
        var first: [Name]
        var last: [Name]
        var isFamilyFirst = false
    }

    private static let european = [
        Names(
            first: ["Emma", "Lukas", "Sofie", "Hannes", "Clara", "Felix", "Greta", "Niklas", "Ida", "Paul"]
                .map { Name($0) } + [Name("Jürgen", "juergen"), Name("Käthe", "kaethe")],
            last: ["Schmidt", "Berger", "Hoffmann", "Lang", "Keller", "Vogt", "Sommer", "Brandt"].map {
                Name($0)
            }
                + [Name("Müller", "mueller"), Name("Groß", "gross"), Name("Jäger", "jaeger")]),
        Names(
            first: ["Chiara", "Marco", "Giulia", "Luca", "Elena", "Pablo", "Carmen", "Javier"].map {
                Name($0)
            }
                + [Name("Inés", "ines"), Name("José", "jose")],
            last: ["Rossi", "Ferrari", "Moretti", "Greco", "Ortega", "Delgado", "Romero"].map { Name($0) }
                + [Name("Núñez", "nunez"), Name("García", "garcia")]),
        Names(
            first: ["Camille", "Louis", "Manon", "Hugo", "Claire"].map { Name($0) }
                + [Name("Élodie", "elodie"), Name("François", "francois"), Name("Zoé", "zoe")],
            last: ["Laurent", "Moreau", "Fontaine", "Girard", "Bonnet"].map { Name($0) }
                + [Name("Lefèvre", "lefevre"), Name("O’Connell", "oconnell")]),
        Names(
            first: ["Astrid", "Erik", "Ingrid", "Lars", "Signe", "Mikkel", "Aino", "Eero"].map { Name($0) }
                + [Name("Øyvind", "oyvind"), Name("Åsa", "asa")],
            last: ["Dahl", "Lund", "Berg", "Nyman", "Virtanen", "Korhonen"].map { Name($0) }
                + [Name("Sørensen", "sorensen"), Name("Sjöberg", "sjoberg"), Name("Mäkinen", "makinen")]),
        Names(
            first: [
                Name("Олена", "olena"), Name("Иван", "ivan"), Name("Марія", "maria"), Name("Andrzej"),
                Name("Zofia"), Name("Łukasz", "lukasz"), Name("Tomáš", "tomas"), Name("Νίκος", "nikos"),
            ],
            last: [
                Name("Коваленко", "kovalenko"), Name("Петров", "petrov"), Name("Шевченко", "shevchenko"),
                Name("Wójcik", "wojcik"), Name("Nowak"), Name("Dvořák", "dvorak"),
                Name("Παππάς", "pappas"),
            ]),
        Names(
            first: [
                Name("سارة", "sara"), Name("محمد", "mohamed"), Name("ליאור", "lior"), Name("Ayşe", "ayse"),
                Name("Emre"), Name("Amina"), Name("Chidi"), Name("Thabo"),
            ],
            last: [
                Name("الحسن", "alhassan"), Name("منصور", "mansour"), Name("כהן", "cohen"),
                Name("Yılmaz", "yilmaz"), Name("Demir"), Name("Okonkwo"), Name("Ndlovu"), Name("Diallo"),
            ]),
    ]
    private static let american = [
        Names(
            first: [
                "Olivia", "Ethan", "Maya", "Caleb", "Harper", "Tyler", "Naomi", "Wyatt", "Jasmine", "Dylan",
            ].map { Name($0) },
            last: [
                "Carter", "Brooks", "Hayes", "Sullivan", "Price", "Nguyen", "Bennett", "Rivera", "Coleman",
            ].map { Name($0) }),
        Names(
            first: ["Lucas", "Camila", "Mateo", "Valentina", "Thiago"].map { Name($0) }
                + [Name("João", "joao"), Name("Sofía", "sofia")],
            last: ["Silva", "Souza", "Castro", "Vargas", "Mendoza"].map { Name($0) }
                + [Name("Gonçalves", "goncalves"), Name("Peña", "pena")]),
    ]
    private static let asian = [
        Names(
            first: [
                Name("花子", "hanako"), Name("健太", "kenta"), Name("さくら", "sakura"), Name("大輔", "daisuke"),
            ],
            last: [
                Name("山田", "yamada"), Name("佐藤", "sato"), Name("鈴木", "suzuki"), Name("高橋", "takahashi"),
            ],
            isFamilyFirst: true),
        Names(
            first: [Name("伟", "wei"), Name("芳", "fang"), Name("静", "jing"), Name("강민", "gangmin")],
            last: [Name("王", "wang"), Name("李", "li"), Name("陈", "chen"), Name("김", "kim")],
            isFamilyFirst: true),
        Names(
            first: ["Arjun", "Divya", "Rohan", "Lakshmi", "Farhan", "Nurul", "Somchai"].map { Name($0) }
                + [Name("अनिता", "anita"), Name("Thị Hương", "huong")],
            last: ["Sharma", "Iyer", "Reddy", "Rahman", "Wijaya", "Chaiyasit"].map { Name($0) }
                + [Name("Nguyễn", "nguyen"), Name("वर्मा", "verma")]),
    ]

    private static let openings = [
        "Hal", "Nord", "Or", "Pel", "Brav", "Cal", "Dun", "Est", "Fal", "Gren", "Hav", "Ister", "Jor", "Kest",
        "Lum", "Mar", "Ned", "Ost", "Quin", "Rav", "Sil", "Tor", "Ul", "Ver", "West", "Yar", "Zel", "Ash",
        "Bor", "Clar", "Drum", "Elm", "Fjord", "Glen", "Hol", "Ill", "Kron", "Lin", "Mon", "Nar", "Öst",
        "Prim", "Rosen", "Stein", "Tam", "Vin", "Wald", "Ål",
    ]
    private static let endings = [
        "den", "lys", "rin", "la", "mont", "wick", "hold", "berg", "stad", "ford", "ia", "enia", "burg",
        "vale", "mark", "haven", "ton", "by", "dal", "ström", "field", "bridge", "moor", "nova", "ex",
        "well", "gate", "more",
    ]
    private static let sectors = [
        "Travel", "Hotels", "Foods", "Logistics", "Bank", "Insurance", "Health", "Clinics", "Energy",
        "Water", "Telecom", "Retail", "Fashion", "Books", "Media", "Games", "Robotics", "Steel", "Chemicals",
        "Airports", "Rail", "Shipping", "Parcel", "Motors", "Aerospace", "Pharma", "Labs", "University",
        "Schools", "City Council", "Tax Office", "Breweries", "Dairy", "Farms", "Timber", "Homes",
        "Payments", "Analytics", "Security", "Tickets",
    ]
    private static let forms = ["AG", "AB", "GmbH", "Ltd", "Inc.", "S.A.", "K.K.", "Oy", "Pty", "& Sons"]
}
