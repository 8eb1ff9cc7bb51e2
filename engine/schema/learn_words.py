"""What personal columns are called, in eight languages, and what personal values look like."""

import re

PERSON_ID = "person_id"  # a number or code of a person: counted anew
BIRTH = "birth_date"

# English, German, French, Spanish, Italian, Portuguese, Dutch and Polish; the first kind that matches counts.
HEADERS: tuple[tuple[str, str], ...] = (
    ("email", r"e ?mails?|mail|correo|courriel|posta elettronica|email address"),
    ("ipv4", r"ip|ip (address|adresse)"),
    (
        "iban",
        r"iban|bank (account|konto)|account (number|no)|konto(nummer|nr)?|compte bancaire|cuenta|rekeningnummer",
    ),
    ("swift", r"bic|swift"),
    ("credit_card_number", r"(credit )?card (number|no)|kreditkarten?(nummer)?|carte bancaire|tarjeta"),
    (
        "phone_number",
        r"(tele)?phone|tel|telefon\w*|telefono|telephone|mobile?|movil|handy\w*|cell(phone)?|fax|celular",
    ),
    ("password", r"password|passwd|passwort|kennwort|mot de passe|contrasena"),
    (
        "ssn",
        (
            r"ssn|social security|sozialversicherung\w*|tax id|steuer ?(id|nummer|nr)|passport|reisepass"
            r"|ausweis\w*|dni|nif|codice fiscale|cpf|bsn|pesel|national id|nino|insurance (number|no|id)"
            r"|versicher\w*nummer|nss"
        ),
    ),
    ("license_plate", r"licen[sc]e plate|plate|kennzeichen|immatriculation|matricula|targa"),
    (
        "first_name",
        r"(first|given|fore|christian) ?names?|vornamen?|rufname|prenoms?|nombre de pila|primeiro nome|voornaam|imie",
    ),
    (
        "last_name",
        (
            r"(last|family|sur|sir) ?names?|nachnamen?|familienname|zuname|nom de famille|apellidos?|cognome"
            r"|sobrenome|apelido|achternaam|nazwisko"
        ),
    ),
    ("user_name", r"user ?name|login|nick(name)?|handle|benutzer(name)?|utilisateur|usuario|gebruiker\w*"),
    (
        BIRTH,
        (
            r"birth ?(day|date)|date of birth|dob|born|geburts(datum|tag)|geboren( am)?|(date de )?naissance"
            r"|(fecha de )?nacimiento|(data di )?nascita|(data de )?nascimento|geboortedatum|data urodzenia"
        ),
    ),
    ("postcode", r"zip( code)?|post(al)? ?code|plz|postleitzahl|code postal|codigo postal"),
    (
        "street_address",
        r"address(es)?|adresse|anschrift|street|strasse|rue|calle|direccion|indirizzo|endereco|rua|adres|straat|ulica",
    ),
)
PERSON = (
    r"customer|client|patient|employee|person|people|member|student|teacher|pupil|participant|respondent|interviewee|"
    r"applicant|candidate|owner|author|reviewer|contact|guest|tenant|user|staff|agent|manager|assignee|doctor|buyer|"
    r"seller|recipient|sender|driver|kunde|kundin|patient(in)?|mitarbeiter(in)?|teilnehmer(in)?|schuler(in)?|student(in)?|"
    r"bewerber(in)?|mieter(in)?|bearbeiter(in)?|ansprechpartner(in)?|klient(in)?|mitglied|benutzer|autor(in)?|"
    r"usager|salarie|employe|eleve|auteur|cliente|paciente|empleado|alumno|autore|dipendente|funcionario|klant|"
    r"medewerker|pacjent|handled by|created by|assigned to|reported by"
)
NAME = r"full ?name|names?|namen|nom|nombre( completo)?|nome( completo)?|naam|imie i nazwisko"
ID = r"id|ids|no|nr|num|number|nummer|numero|code|kennung|key"
GERMAN_ID = rf"(?:kunden|personal|patienten|mitglieds|matrikel)\w* ?(?:{ID})"

NOT_OF_A_PERSON = re.compile(
    r"\b(product|produkt|article|artikel|file|datei|company|firma|brand|marke|model|item|city|stadt|country|land|"
    r"column|event|project|projekt|team|department|abteilung|store|shop|host|domain|class|species|street|game|"
    r"produit|producto|prodotto|ville|ciudad|entreprise|empresa|plan|category|kategorie|school|schule|song|book|film|"
    r"location|place|town|ort|region|month|monat|airport|station|genre|title|titel|hotel|restaurant|flower|plant)\b"
)
ABOUT_SOMETHING_ELSE = re.compile(
    r"\b(verified|status|count|type|opt in|provider|version|length|language|score|rate|since)\b"
)

# Not personal, but an invented one says as much as a model's, where the column would be free text.
SOFT = (
    ("city", r"city|town|stadt|ort|wohnort|ville|ciudad|citta|cidade|plaats|miasto"),
    ("country", r"country|land|pays|pais|paese|kraj"),
    ("company", r"company|employer|firma|unternehmen|arbeitgeber|entreprise|empresa|azienda|bedrijf"),
    ("job", r"job( title)?|occupation|profession|beruf|metier|profesion|professione|beroep|zawod"),
    ("url", r"url|website|web ?site|homepage|link|webseite"),
)

VALUES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")),
    ("iban", re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}")),
    ("ipv4", re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")),
    ("ssn", re.compile(r"\d{3}-\d{2}-\d{4}")),
    ("credit_card_number", re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}")),
    (
        "phone_number",
        re.compile(r"(?:\+|00)\d[\d /().-]{6,18}\d|\(?0\d{2,5}\)?[ /-]\d[\d /-]{4,12}\d|\(?\d{3}\)?[ -]\d{3}[- ]\d{4}"),
    ),
    ("url", re.compile(r"https?://\S+")),
)
# What the values under such a header must have, or the header means something else ("mobile: yes").
NEEDED = {
    "email": re.compile(r"@"),
    "ipv4": re.compile(r"\d\.\d|:"),
    "iban": re.compile(r"\d{4}"),
    "credit_card_number": re.compile(r"\d{4}"),
    "phone_number": re.compile(r"(?:\d\D{0,3}){5}"),
    "ssn": re.compile(r"\d{3}"),
    "postcode": re.compile(r"\d"),
    BIRTH: re.compile(r"\d"),
}
INSIDE = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}|(?:\+|\b00)\d[\d /().-]{6,}\d|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,}")
NAME_FORM = re.compile(r"(?:[^\W\d_][\w.'’-]*)(?: [^\W\d_][\w.'’-]*){0,3}|[^\W\d_][\w'’-]+, [^\W\d_][\w'’. -]+")
