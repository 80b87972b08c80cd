/// A secret that its own shape betrays: a prefix that a provider chose, and so many characters of a set.
///
/// The expression has one width, so that the place where it ends says where the secret begins.
final class FixedShape: Sendable {
    let name: String
    let kind: RedactionKind
    /// The expression in Hyperscan's syntax; all its matches are equally long.
    let expression: String
    /// What may follow and belongs to the secret.
    let rest: ByteSet
    /// How many of these there may be.
    let restLimit: Int

    init(name: String, kind: RedactionKind, expression: String, rest: ByteSet, restLimit: Int) {
        self.name = name
        self.kind = kind
        self.expression = expression
        self.rest = rest
        self.restLimit = restLimit
    }

    static let all: [FixedShape] = clouds + services

    private static func cloud(
        _ name: String, _ expression: String, rest: ByteSet = .base64URL, upTo restLimit: Int = 0
    ) -> FixedShape {
        FixedShape(name: name, kind: .cloudKey, expression: expression, rest: rest, restLimit: restLimit)
    }

    private static func service(
        _ name: String, _ expression: String, rest: ByteSet = .base64URL, upTo restLimit: Int = 0
    ) -> FixedShape {
        FixedShape(name: name, kind: .apiToken, expression: expression, rest: rest, restLimit: restLimit)
    }

    private static let clouds: [FixedShape] = [
        cloud("aws-access-key", "A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}"),
        cloud("aws-bedrock-key", "ABSK[A-Za-z0-9+/]{60}", rest: .base64, upTo: 200),
        cloud("google-api-key", "AIza[A-Za-z0-9_-]{35}"),
        cloud("google-oauth-token", "ya29\\.[A-Za-z0-9_-]{20}", upTo: 2_000),
        cloud("google-oauth-secret", "GOCSPX-[A-Za-z0-9_-]{28}"),
        cloud("google-refresh-token", "1//0[A-Za-z0-9_-]{30}", upTo: 200),
        cloud(
            "azure-client-secret", "[a-zA-Z0-9_~.]{3}[78]Q~[a-zA-Z0-9_~.-]{31}",
            rest: ByteSet("_~.-", letters: true, digits: true), upTo: 6),
        cloud("alibaba-access-key", "LTAI[A-Za-z0-9]{16}", rest: .alphanumeric, upTo: 10),
        cloud("digitalocean-token", "do[opr]_v1_[a-f0-9]{64}"),
        cloud("databricks-token", "dapi[a-f0-9]{32}", rest: ByteSet("-", digits: true), upTo: 3),
        cloud("heroku-key", "HRKU-AA[A-Za-z0-9_-]{50}", upTo: 20),
        cloud("cloudflare-ca-key", "v1\\.0-[a-f0-9]{24}-[a-f0-9]{100}", rest: .hex, upTo: 60),
        cloud("planetscale-token", "pscale_[a-z]{2}_[A-Za-z0-9_.=-]{28}", upTo: 40),
        cloud("planetscale-key", "pscale_[a-z]{3}_[A-Za-z0-9_.=-]{28}", upTo: 40),
    ]

    private static let services: [FixedShape] = [
        service("github-token", "gh[pousr]_[A-Za-z0-9]{36}", rest: .alphanumeric, upTo: 220),
        service(
            "github-fine-grained-token", "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}", rest: .alphanumeric,
            upTo: 40),
        service("gitlab-token", "gl(?:pat|cbt|ptt|oas)-[A-Za-z0-9_-]{20}", upTo: 280),
        service("gitlab-deploy-token", "gl(?:dt|rt|ft)-[A-Za-z0-9_-]{20}", upTo: 280),
        service("slack-token", "xox[abeoprs]-[A-Za-z0-9-]{10}", upTo: 240),
        service("slack-app-token", "xapp-[0-9]-[A-Z0-9]{8}", upTo: 240),
        service(
            "slack-webhook", "hooks\\.slack\\.com/(?:services|triggers)/[A-Z0-9]{7}",
            rest: ByteSet("/", letters: true, digits: true), upTo: 90),
        service(
            "slack-workflow", "hooks\\.slack\\.com/workflows/[A-Z0-9]{7}",
            rest: ByteSet("/", letters: true, digits: true), upTo: 90),
        service("stripe-key", "[sr]k_(?:live|test)_[A-Za-z0-9]{14}", rest: .alphanumeric, upTo: 240),
        service("stripe-webhook-secret", "whsec_[A-Za-z0-9+/]{24}", rest: .base64, upTo: 100),
        service("openai-key", "sk-[A-Za-z0-9]{4}[A-Za-z0-9_-]{28}", upTo: 240),
        service("anthropic-key", "sk-ant-[a-z]{3}[0-9]{2}-[A-Za-z0-9_-]{20}", upTo: 240),
        service("sendgrid-key", "SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}"),
        service("twilio-key", "SK[a-f0-9]{32}"),
        service("mailgun-key", "key-[a-z0-9]{32}"),
        service("mailchimp-key", "[a-f0-9]{32}-us[0-9]", rest: .digits, upTo: 1),
        service("npm-token", "npm_[A-Za-z0-9]{36}"),
        service("pypi-token", "pypi-AgE[A-Za-z0-9_-]{50}", upTo: 400),
        service("rubygems-key", "rubygems_[a-f0-9]{48}"),
        service("docker-token", "dckr_(?:pat|oat)_[A-Za-z0-9_-]{27}", upTo: 20),
        service("shopify-token", "shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
        service("square-token", "sq0(?:atp|csp)-[A-Za-z0-9_-]{22}", upTo: 24),
        service("telegram-bot-token", "[0-9]{9}:AA[A-Za-z0-9_-]{33}"),
        service("telegram-bot-token-10", "[0-9]{10}:AA[A-Za-z0-9_-]{33}"),
        service("hugging-face-token", "hf_[A-Za-z0-9]{34}"),
        service("vault-token", "hv[sbr]\\.[A-Za-z0-9_-]{24}", upTo: 280),
        service("terraform-token", "[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60}", upTo: 12),
        service("new-relic-key", "NRAK-[A-Z0-9]{27}"),
        service("grafana-token", "glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"),
        service("grafana-cloud-token", "glc_[A-Za-z0-9+/]{32}", rest: .base64, upTo: 400),
        service(
            "sentry-token", "sntry[su]_[A-Za-z0-9+/=_]{40}",
            rest: ByteSet("+/=_", letters: true, digits: true), upTo: 300),
        service(
            "atlassian-token", "ATATT3[A-Za-z0-9_=-]{40}", rest: ByteSet("_=-", letters: true, digits: true),
            upTo: 240),
        service("postman-key", "PMAK-[A-Fa-f0-9]{24}-[A-Fa-f0-9]{34}"),
        service("pulumi-token", "pul-[a-f0-9]{40}"),
        service("linear-key", "lin_api_[A-Za-z0-9]{40}"),
        service("notion-token", "ntn_[A-Za-z0-9]{40}", rest: .alphanumeric, upTo: 16),
        service("doppler-token", "dp\\.(?:pt|st|ct|sa)\\.[A-Za-z0-9_.-]{40}", upTo: 20),
        service("artifactory-token", "AKCp[A-Za-z0-9]{69}"),
        service("facebook-token", "EAA[A-Za-z0-9]{60}", rest: .alphanumeric, upTo: 300),
        service(
            "discord-webhook", "discord\\.com/api/webhooks/[0-9]{17}",
            rest: ByteSet("/_-", letters: true, digits: true), upTo: 100),
        service(
            "teams-webhook", "\\.webhook\\.office\\.com/webhookb2/[a-f0-9-]{36}",
            rest: ByteSet("@/-", letters: true, digits: true), upTo: 160),
        service("age-secret-key", "AGE-SECRET-KEY-1[A-Z0-9]{58}"),
        service("dropbox-token", "sl\\.[A-Za-z0-9_-]{60}", upTo: 1_200),
        service("figma-token", "figd_[A-Za-z0-9_-]{40}", upTo: 10),
        service("1password-token", "ops_eyJ[A-Za-z0-9+/]{60}", rest: .base64, upTo: 1_000),
    ]

    /// The secret that ends at least at `end`, where an expression of this width ended.
    func find(
        in text: TextView, at end: Int, width: Int, rule: UInt16, into spans: inout [RedactionSpan]
    ) {
        let start = end - width
        guard text.isWordStart(start) else { return }
        let last = text.end(of: rest, from: end, limit: restLimit)
        // A shape that goes on is another, longer thing: a part of base64 data, most often.
        let after = text[last]
        guard !isAlphanumeric(after) else { return }
        spans.append(RedactionSpan(start: start, end: last, rule: rule))
    }
}
